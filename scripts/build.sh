#!/bin/bash
# Configures a preset the first time, then builds it: one line of output when there is nothing wrong.
# usage: scripts/build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

preset=$1
shift
dir=build/$preset
log=$dir/build.log
mkdir -p "$dir"

fail() {
  # The compiler's own words, without ninja's progress lines.
  grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Generating)' "$log" | tail -n "${LOG_LINES:-60}" >&2
  echo "building preset $preset failed; the whole log is $log" >&2
  exit 1
}

if [[ ! -f $dir/build.ninja || CMakePresets.json -nt $dir/build.ninja ]]; then
  cmake --preset "$preset" >"$log" 2>&1 || fail
fi
targets=()
[[ $# -gt 0 ]] && targets=(--target "$@")
started=$SECONDS
cmake --build "$dir" -j "${JOBS:-$(nproc)}" "${targets[@]}" >"$log" 2>&1 || fail
echo "built $dir in $((SECONDS - started)) s"
