#!/bin/bash
# What a cluster is given: the program with all it loads, its own loader included, so that the
# cluster's C library does not matter; and the Python package.
# usage: spark/bundle.sh [FOLDER]    writes varve.tar.gz and varve_spark.zip there [build/spark]
# VARVE_BIN names another program than build/release/varve.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${VARVE_BIN:-build/release/varve}
folder=${1:-build/spark}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$folder" "$work/lib"
cp "$program" "$work/lib/varve"
strip "$work/lib/varve"
ldd "$program" | grep -o '/[^ ]*' | xargs -I{} cp -L {} "$work/lib/"
loader=$(basename "$work"/lib/ld-linux*)
cat >"$work/varve" <<END
#!/bin/sh
here=\$(dirname "\$0")
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/lib/varve" "\$@"
END
chmod 755 "$work/varve" "$work"/lib/*

# The same input gives the same bytes: no times, no owners.
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c varve lib |
  gzip -n9 >"$folder/varve.tar.gz"
python3 - "$folder/varve_spark.zip" spark/varve_spark/*.py <<'END'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            archive.writestr(zipfile.ZipInfo(path.removeprefix("spark/")), file.read(),
                             zipfile.ZIP_DEFLATED)
END
ls -l "$folder/varve.tar.gz" "$folder/varve_spark.zip"
