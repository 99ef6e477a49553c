#!/bin/bash
# Makes build/NAME-venv from scripts/requirements-NAME.txt; quick and silent when it is already that.
# Apart from .venv, so that linters and tests never argue about the version of a library.
# usage: scripts/tool_venv.sh NAME
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1
venv=build/$name-venv
requirements=scripts/requirements-$name.txt
stamp=$venv/requirements.sha256
python=/usr/bin/python3 # Debian's own, whatever else comes first on PATH
want=$({ cat "$requirements"; "$python" --version; } | sha256sum)
[[ -x $venv/bin/python && -f $stamp && "$(cat "$stamp")" == "$want" ]] && exit 0

echo "installing the packages of $requirements into $venv"
mkdir -p build
log=build/$name-venv.log
if ! { "$python" -m venv --clear "$venv" &&
  "$venv/bin/pip" install --disable-pip-version-check -r "$requirements"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "making $venv failed; the whole log is $log" >&2
  exit 1
fi
echo "$want" >"$stamp"
