#!/usr/bin/env bash
# Run every chapter as other machines would, and compare: with one thread, and with other processor instructions.
# Slow; by hand and weekly. Outputs that differ here would differ on a reader's machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-.venv/bin/python}
chapters=("${@:-notebooks}")

compare() {
  echo "== $1 =="
  shift
  env "$@" "$python" -m pytest --nbval -p no:cacheprovider "${chapters[@]}"
}

failed=0
compare "one thread" OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 || failed=1
compare "two threads" OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 || failed=1
case "$(uname -m)" in
  x86_64)
    compare "Haswell's instructions" OPENBLAS_CORETYPE=Haswell ATEN_CPU_CAPABILITY=avx2 || failed=1
    compare "NumPy that sorts ties in another order" NPY_DISABLE_CPU_FEATURES="AVX2 FMA3" NUMBA_CPU_NAME=generic || failed=1
    ;;
  *) echo "Other instructions: not on this processor; skipped." ;;
esac
exit "$failed"
