#!/bin/bash
# Lists varve's own C++ files, one a line.
set -euo pipefail
cd "$(dirname "$0")/.."
dirs=()
for dir in src fuzz bench tests; do [[ -d $dir ]] && dirs+=("$dir"); done
find "${dirs[@]}" -name '*.cc' -o -name '*.h' | LC_ALL=C sort
