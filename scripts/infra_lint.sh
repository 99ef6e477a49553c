#!/bin/bash
# Checks the template, its policies and the state machine's definition. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/tool_venv.sh infra
tools=build/infra-venv/bin
template=infra/template.yaml
log=build/infra-lint.log
failed=0

check() { # NAME COMMAND...: says nothing more when there is nothing wrong
  local name=$1
  shift
  echo "$name"
  if ! "$@" >"$log" 2>&1 || grep -q '^FAIL' "$log"; then
    cat "$log" >&2
    echo "$name failed" >&2
    failed=1
  fi
}

# cfn-lint does not see that a Next leads nowhere: statelint does.
for file in infra/*.asl.json; do check "statelint: $file" "$tools/statelint" "$file"; done
check "cfn-lint: $template" "$tools/cfn-lint" --regions us-east-1 eu-central-1 -- "$template"
# Findings that are accepted are named, with the reason, in the resource's Metadata.
check "checkov: $template" "$tools/checkov" --skip-download --quiet --compact \
  --framework cloudformation --file "$template"

[[ $failed -eq 0 ]] && echo "infra-lint: clean"
exit $failed
