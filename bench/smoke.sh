#!/bin/sh
# Two minutes of the benches, for CI: the parser against git's objects on torture repositories and on this
# repository's own history, and the cost by size once. usage: bench/smoke.sh PYTHON
set -eu
python="$1"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$python" bench/history.py "$folder/built" --torture-only
"$python" bench/anchors.py "$folder"/built/* . --max-commits 50
"$python" bench/scaling.py
