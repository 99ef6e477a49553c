#!/bin/bash
# The functions' zip: the program with all it loads, its own loader included, so that the C library
# of Lambda's image does not matter; and the `bootstrap` that a custom runtime starts.
# usage: scripts/lambda_zip.sh [OUTPUT]    [build/lambda/varve.zip]
# VARVE_BIN names another program than build/release/varve.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${VARVE_BIN:-build/release/varve}
output=${1:-build/lambda/varve.zip}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# varve loads libcurl when it is first used, so ldd does not name it.
curl=$(/sbin/ldconfig -p | awk '/libcurl\.so\.4 .*x86-64/ { print $NF; exit }')
[[ -n $curl ]] || { echo "libcurl.so.4 is not here (Debian: libcurl4)" >&2; exit 1; }

mkdir -p "$(dirname "$output")" "$work/lib"
strip -o "$work/lib/varve" "$program"
cp -L "$curl" "$work/lib/libcurl.so.4"
ldd "$program" "$curl" | grep -o '/[^ :]*\.so[^ :]*' | grep -v "^$curl" | sort -u |
  xargs -I{} cp -L {} "$work/lib/"
loader=$(basename "$work"/lib/ld-linux*)
cat >"$work/bootstrap" <<END
#!/bin/sh
# The function's Handler says which part of varve it is.
here=\$(dirname "\$0")
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/lib/varve" lambda "\$_HANDLER"
END

# The same input gives the same bytes: no times, one order.
python3 - "$work" "$output" <<'END'
import pathlib
import sys
import zipfile

root, output = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(output, "w") as archive:
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(str(path.relative_to(root)))
        entry.external_attr = 0o100755 << 16
        archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
END
ls -l "$output"
