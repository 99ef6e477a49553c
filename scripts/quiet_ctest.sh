#!/bin/bash
# Passes ctest's output on without the line or two it prints for every test that passed.
set -euo pipefail
tr '\r' '\n' | grep -vE '^ *(Start +[0-9]+:.*|[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed .*|\[[0-9]+/[0-9]+\].*|Internal ctest.*|Test project .*|Label Time Summary:|.*sec\*proc.*|)$'
