#!/bin/bash
# varve with its own loader and all libraries that it loads, in one folder, so that the C library of
# the machine that runs it does not matter: FOLDER/LOADER --library-path FOLDER FOLDER/varve …
# usage: scripts/self_contained.sh FOLDER [LIBRARY...]    prints the loader's name
# LIBRARY: what is loaded by name when it is first needed. VARVE_BIN names another program.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${VARVE_BIN:-build/release/varve}
folder=$1
shift

mkdir -p "$folder"
strip -o "$folder/varve" "$program"
opened=()
for name in "$@"; do
  path=$(/sbin/ldconfig -p | awk -v name="$name" '$1 == name && /x86-64/ { print $NF; exit }')
  [[ -n $path ]] || { echo "$name is not installed; run make build first" >&2; exit 1; }
  cp -L "$path" "$folder/$name"
  opened+=("$path")
done
for object in "$program" "${opened[@]}"; do ldd "$object"; done |
  grep -o '/[^ ]*' | sort -u | xargs -I{} cp -Lu {} "$folder/"
chmod 755 "$folder"/*
basename "$folder"/ld-linux*
