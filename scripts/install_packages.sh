#!/bin/bash
# Installs the Debian packages named in scripts/packages-<list>.txt that are not there yet.
# Needs no network, and says nothing, when all of them are.
# usage: scripts/install_packages.sh LIST...
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=()
for list in "$@"; do
  while read -r package; do
    wanted+=("$package")
  done < <(grep -vE '^(#|$)' "scripts/packages-$list.txt")
done

missing=()
for package in "${wanted[@]}"; do
  if [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]]; then
    missing+=("$package")
  fi
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "varve builds from Debian 12 packages and there is no apt-get here; install by hand:" >&2
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
fi
as_root=()
if [[ $EUID -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "missing packages, and neither root nor sudo here; run as root:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "installing ${missing[*]}"
mkdir -p build
log=build/install-packages.log
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$log" 2>&1; }
: >"$log"
# An image may ship package lists that are still good; fetch new ones only when they are not.
if ! apt install --no-install-recommends "${missing[@]}"; then
  if ! { apt update && apt install --no-install-recommends "${missing[@]}"; }; then
    tail -n 20 "$log" >&2
    echo "apt-get failed; the whole log is $log" >&2
    exit 1
  fi
fi
