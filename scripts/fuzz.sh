#!/bin/bash
# Replays every fuzzer's corpus; with FUZZ_SECONDS=N also fuzzes each for N seconds.
# Finds go to build/fuzz-finds/, new corpus entries to build/fuzz-corpus/<fuzzer>/.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-0}
mapfile -t fuzzers < <(find build/fuzz -type f -executable -name '*_fuzzer' | LC_ALL=C sort)
[[ ${#fuzzers[@]} -gt 0 ]] || { echo "no fuzzers in build/fuzz" >&2; exit 1; }
mkdir -p build/fuzz-finds

failed=0
for fuzzer in "${fuzzers[@]}"; do
  name=$(basename "$fuzzer")
  seeds=fuzz/corpus/$name
  log=build/fuzz-finds/$name.log
  [[ -d $seeds ]] || { echo "$name: no corpus at $seeds" >&2; failed=1; continue; }
  mapfile -t inputs < <(find "$seeds" -type f | LC_ALL=C sort)
  if "$fuzzer" -artifact_prefix=build/fuzz-finds/ "${inputs[@]}" >"$log" 2>&1; then
    echo "$name: replayed ${#inputs[@]} inputs"
  else
    echo "$name: FAILED on its corpus" >&2
    tail -n 30 "$log" >&2
    failed=1
    continue
  fi
  [[ $seconds -eq 0 ]] && continue
  grown=build/fuzz-corpus/$name
  mkdir -p "$grown"
  if "$fuzzer" -artifact_prefix=build/fuzz-finds/ -max_total_time="$seconds" -print_final_stats=1 \
    -timeout=20 -rss_limit_mb=2048 "$grown" "$seeds" >"$log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions in $seconds s"
  else
    echo "$name: FAILED, input kept in build/fuzz-finds/" >&2
    tail -n 30 "$log" >&2
    failed=1
  fi
done
exit $failed
