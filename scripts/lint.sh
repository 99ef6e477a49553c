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

# clang reads the flags each file is really built with; tests are left to the compiler's warnings.
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep '^src/.*\.cc$' | grep -v '_test\.cc$')
cmake --preset release >/dev/null
echo "clang-tidy: ${#sources[@]} files"
log=build/clang-tidy.log
if ! run-clang-tidy -quiet -j "${JOBS:-$(nproc)}" -p build/release \
  -extra-arg=-Wno-unknown-warning-option "${sources[@]/#/^$PWD/}" >"$log" 2>&1; then
  sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '(error|warning):' | sort -u | sed "s|$PWD/||" | head -n 60 >&2
  echo "clang-tidy failed; the whole log is $log" >&2
  failed=1
fi

echo "tree checks"
/usr/bin/python3 -B tests/tidy/tidy.py || failed=1

[[ $failed -eq 0 ]] && echo "lint: clean"
exit $failed
