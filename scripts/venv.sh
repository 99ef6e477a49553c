#!/bin/bash
# Makes a virtual environment from scripts/requirements-<NAME>.txt; quick and silent when it is
# already that. `test` is .venv, any other .venv-<NAME>.
# usage: scripts/venv.sh [NAME]    [test]
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-test}
venv=.venv-$name
[[ $name == test ]] && venv=.venv
requirements=scripts/requirements-$name.txt
stamp=$venv/requirements.sha256
python=/usr/bin/python3 # Debian's own, whatever else comes first on PATH
want=$({ cat "$requirements"; "$python" --version; } | sha256sum)
[[ -x $venv/bin/python && -f $stamp && "$(cat "$stamp")" == "$want" ]] && exit 0

echo "installing the packages of $requirements into $venv"
mkdir -p build
log=build/venv-$name.log
if ! { "$python" -m venv --clear "$venv" &&
  "$venv/bin/pip" install --disable-pip-version-check --use-pep517 -r "$requirements"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "making $venv failed; the whole log is $log" >&2
  exit 1
fi
echo "$want" >"$stamp"
