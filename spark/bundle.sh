#!/bin/bash
# What a cluster is given: the program with all it loads, its own loader included, so that the
# cluster's C library does not matter; and the Python package.
# usage: spark/bundle.sh [FOLDER]    writes varve.tar.gz and varve_spark.zip there [build/spark]
# VARVE_BIN names another program than build/release/varve.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-build/spark}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$folder"
loader=$(scripts/self_contained.sh "$work/lib")
cat >"$work/varve" <<END
#!/bin/sh
here=\$(dirname "\$0")
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/lib/varve" "\$@"
END
chmod 755 "$work/varve"

# The same input gives the same bytes: no times, no owners.
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c varve lib |
  gzip -n9 >"$folder/varve.tar.gz"
mkdir -p "$work/package/varve_spark"
cp spark/varve_spark/*.py "$work/package/varve_spark/"
python3 scripts/zip_folder.py "$work/package" "$folder/varve_spark.zip"
ls -l "$folder/varve.tar.gz" "$folder/varve_spark.zip"
