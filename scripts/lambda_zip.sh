#!/bin/bash
# The zip of the Lambda functions: the program with its own loader and all libraries that it loads,
# also those it opens when they are first needed, so that the C library of Lambda does not matter.
# usage: scripts/lambda_zip.sh [OUTPUT]    [build/lambda/varve.zip]; VARVE_BIN names another program
set -euo pipefail
cd "$(dirname "$0")/.."

program=${VARVE_BIN:-build/release/varve}
zip=${1:-build/lambda/varve.zip}
opened=(libcurl.so.4 libcrypto.so.3)             # by dlopen: src/adapters/http, src/adapters/aws/core
certificates=/etc/ssl/certs/ca-certificates.crt # where libcurl looks is a path that Lambda lacks
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/lib"
cp "$program" "$work/lib/varve"
strip "$work/lib/varve"
for name in "${opened[@]}"; do
  path=$(ldconfig -p | awk -v name="$name" '$1 == name && /x86-64/ { print $NF; exit }')
  [[ -n $path ]] || { echo "$name is not installed; run make build first" >&2; exit 1; }
  cp -L "$path" "$work/lib/$name"
done
for object in "$program" "$work"/lib/lib*.so*; do ldd "$object"; done |
  grep -o '/[^ ]*' | sort -u | xargs -I{} cp -Lu {} "$work/lib/"
loader=$(basename "$work"/lib/ld-linux*)
cp "$certificates" "$work/lib/ca-certificates.crt"

cc -static -O2 -Wall -Wextra -Werror -DLOADER="\"$loader\"" -o "$work/bootstrap" \
  packaging/lambda_bootstrap.c
strip "$work/bootstrap"
chmod 755 "$work/bootstrap" "$work"/lib/*

# The same input gives the same bytes.
mkdir -p "$(dirname "$zip")"
python3 - "$work" "$zip" <<'END'
import pathlib
import sys
import zipfile

root = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            entry = zipfile.ZipInfo(str(path.relative_to(root)))
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
END
ls -l "$zip"
