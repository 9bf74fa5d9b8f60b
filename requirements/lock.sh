#!/usr/bin/env bash
# Resolve once, write three tiers, each a part of the next: words.txt (chapters 1 to 4, JupyterLab, the website),
# torch.txt (everything but TensorFlow) and all.txt.
# usage: requirements/lock.sh [--upgrade]      needs uv on the PATH; without --upgrade, versions stay where they can
set -euo pipefail
cd "$(dirname "$0")/.."
common=(pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet)
no_torch=$(mktemp); pins=$(mktemp); trap 'rm -f "$no_torch" "$pins"' EXIT
echo "torch ; python_version < '3'" >"$no_torch"
uv "${common[@]}" requirements/unpinned.in --all-extras --overrides "$no_torch" "$@" -o requirements/all.txt
sed -nE 's/^([A-Za-z0-9][^ ]*==[^ ;]*( ; [^\\]*)?) *\\?$/\1/p' requirements/all.txt >"$pins"
tier() {  # tier NAME IN EXTRA...: a part of what has just been resolved
  local name=$1 also=$2 extras=(); shift 2
  for extra in "$@"; do extras+=(--extra "$extra"); done
  uv "${common[@]}" "requirements/$also" "${extras[@]}" --overrides "$no_torch" -c "$pins" --upgrade -o "requirements/$name.txt"
}
tier words build.in lab book
tier torch unpinned.in lab book text images applications test
