#!/bin/bash
# Runs the pipeline on examples/: a batch of ten files, then one of the two that are left, because they
# have waited long enough. Shows what came out (make run). With --serve it then stays, with its
# dashboard, until Ctrl-C (make serve).
set -euo pipefail
cd "$(dirname "$0")/.."

varve=build/release/varve
input=build/examples-input
output=build/examples-output
serve=${1:-}
[[ $serve == --serve ]] && listen=(--listen "${LISTEN:-127.0.0.1:9464}") || listen=(--listen 127.0.0.1:0)
rm -rf "$input" "$output"
mkdir -p "$input" "$output"

show() {
  echo
  echo "\$ $*"
  "$@"
}

echo "\$ $varve run $input $output --max-files 10 --max-wait 3s &"
"$varve" run "$input" "$output" --max-files 10 --max-wait 3s "${listen[@]}" &
running=$!
trap 'kill "$running" 2>/dev/null || true' EXIT

echo
echo "\$ cp examples/*.ndjson* $input"
cp examples/*.ndjson* "$input"
deadline=$((SECONDS + 120))
until "$varve" status --state "$output" --json 2>/dev/null | grep -q '"completed":{"files":12,'; do
  if ! kill -0 "$running" 2>/dev/null || ((SECONDS > deadline)); then
    echo "the examples were not converted" >&2
    exit 1
  fi
  sleep 0.2
done
if [[ $serve == --serve ]]; then
  echo
  echo "The dashboard is at http://${listen[1]}/ until Ctrl-C. Drop NDJSON files into $input and watch."
  wait "$running"
  exit
fi
show kill -TERM "$running"
wait "$running"

show "$varve" status --state "$output"
show "$varve" batches --state "$output"
show "$varve" explain 2025-01-18-file003.ndjson --state "$output"
show "$varve" verify --state "$output"

echo
echo "\$ find $output -type f"
find "$output" -type f -printf '%P  %s bytes\n' | LC_ALL=C sort | sed 's/^/  /'
