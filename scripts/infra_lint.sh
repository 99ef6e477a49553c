#!/bin/bash
# Checks the template, the state machine's definition and the policies. Changes nothing.
# usage: scripts/infra_lint.sh [DEFINITION]    with it, only that definition of a state machine
set -euo pipefail
cd "$(dirname "$0")/.."

tools=.venv-infra/bin
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

check() { # NAME COMMAND...: says nothing more when there is nothing wrong
  local name=$1
  shift
  echo "$name"
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "$name failed" >&2
    failed=1
  fi
}

# cfn-lint checks a definition's form, but not that each Next leads somewhere: statelint does.
definition() { check "statelint: $1" "$tools/statelint" "$1"; }

if [[ $# -gt 0 ]]; then
  definition "$1"
  exit $failed
fi

template=build/infra/template.yaml
scripts/build_template.py "$template"
for file in infra/*.asl.json; do definition "$file"; done
check "cfn-lint: $template" "$tools/cfn-lint" --regions us-east-1 eu-central-1 -- "$template"
# Findings that are accepted are named, with the reason, in the resource's Metadata.
check "checkov: $template" "$tools/checkov" --skip-download --quiet --compact \
  --framework cloudformation --file "$template"

[[ $failed -eq 0 ]] && echo "infra-lint: clean"
exit $failed
