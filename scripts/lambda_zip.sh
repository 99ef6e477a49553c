#!/bin/bash
# The zip of the Lambda functions: the program with its own loader and all libraries that it loads,
# also those it opens when they are first needed, so that the C library of Lambda does not matter.
# usage: scripts/lambda_zip.sh [OUTPUT]    [build/lambda/varve.zip]; VARVE_BIN names another program
set -euo pipefail
cd "$(dirname "$0")/.."

zip=${1:-build/lambda/varve.zip}
opened=(libcurl.so.4 libcrypto.so.3)             # by dlopen: src/adapters/http, src/adapters/aws/core
certificates=/etc/ssl/certs/ca-certificates.crt # where libcurl looks is a path that Lambda lacks
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

loader=$(scripts/self_contained.sh "$work/lib" "${opened[@]}")
cp "$certificates" "$work/lib/ca-certificates.crt"

cc -static -O2 -Wall -Wextra -Werror -DLOADER="\"$loader\"" -o "$work/bootstrap" \
  packaging/lambda_bootstrap.c
strip "$work/bootstrap"

mkdir -p "$(dirname "$zip")"
python3 scripts/zip_folder.py "$work" "$zip"
ls -l "$zip"
