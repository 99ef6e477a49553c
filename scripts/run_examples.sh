#!/bin/bash
# Converts examples/ into build/examples-output and shows what came out (make run).
set -euo pipefail
cd "$(dirname "$0")/.."

varve=build/release/varve
output=build/examples-output

show() {
  echo
  echo "\$ $*"
  "$@"
}

rc=0
show "$varve" convert examples -o "$output" --partition filename-date --overwrite || rc=$?
echo "(exit code $rc: 3 says that some lines were quarantined; one sample file has bad lines)"
[[ $rc -eq 3 ]]

echo
echo "\$ find $output -type f"
find "$output" -type f -printf '%P  %s bytes\n' | LC_ALL=C sort | sed 's/^/  /'
first=$(find "$output" -name '*.parquet' | LC_ALL=C sort | head -n 1)
show "$varve" inspect "$first"
