#!/bin/bash
# Makes .venv from scripts/requirements-test.txt; quick and silent when it is already that.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=scripts/requirements-test.txt
stamp=.venv/requirements.sha256
python=/usr/bin/python3 # Debian's own, whatever else comes first on PATH
want=$({ cat "$requirements"; "$python" --version; } | sha256sum)
[[ -x .venv/bin/python && -f $stamp && "$(cat "$stamp")" == "$want" ]] && exit 0

echo "installing the test packages into .venv"
mkdir -p build
log=build/venv.log
if ! { "$python" -m venv --clear .venv &&
  .venv/bin/pip install --disable-pip-version-check --use-pep517 -r "$requirements"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "making .venv failed; the whole log is $log" >&2
  exit 1
fi
echo "$want" >"$stamp"
