#!/usr/bin/env bash
# Resolve once, write two tiers: full.txt (everything) and book.txt (what the website needs, a subset of it).
# usage: requirements/lock.sh [--upgrade]      needs uv on the PATH; without --upgrade, versions stay where they can
set -euo pipefail
cd "$(dirname "$0")/.."
common=(pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet)
no_torch=$(mktemp); pins=$(mktemp); trap 'rm -f "$no_torch" "$pins"' EXIT
echo "torch ; python_version < '3'" >"$no_torch"
uv "${common[@]}" requirements/unpinned.in --all-extras --overrides "$no_torch" "$@" -o requirements/full.txt
sed -nE 's/^([A-Za-z0-9][^ ]*==[^ ;]*( ; [^\\]*)?) *\\?$/\1/p' requirements/full.txt >"$pins"
uv "${common[@]}" requirements/build.in --extra book -c "$pins" "$@" -o requirements/book.txt
