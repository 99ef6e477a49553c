#!/bin/bash
# clang-format and clang-tidy over varve's own C++, and the tree checks. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t files < <(scripts/cxx_files.sh)
failed=0

echo "clang-format: ${#files[@]} files"
clang-format --dry-run --Werror "${files[@]}" 2>&1 | grep -E 'error:' | head -n 20 || true
if ! clang-format --dry-run --Werror "${files[@]}" 2>/dev/null; then
  echo "formatting differs; run make format" >&2
  failed=1
fi

# clang-tidy spends its time in other people's headers, so it reads files joined, as the compiler
# does. Tests are left to the compiler's warnings; the dashboard's page, as an array, needs no reader.
cmake --preset lint >/dev/null
cmake --build build/lint --target varve_commit >/dev/null
echo "clang-tidy: all of src/"
log=build/clang-tidy.log
if ! run-clang-tidy -quiet -j "${JOBS:-$(nproc)}" -p build/lint \
  -extra-arg=-Wno-unknown-warning-option '^(?!.*/assets\.cc$)' >"$log" 2>&1; then
  sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '(error|warning):' | sort -u | sed "s|$PWD/||" | head -n 60 >&2
  echo "clang-tidy failed; the whole log is $log" >&2
  failed=1
fi

echo "tree checks"
/usr/bin/python3 -B tests/tidy/tidy.py || failed=1

[[ $failed -eq 0 ]] && echo "lint: clean"
exit $failed
