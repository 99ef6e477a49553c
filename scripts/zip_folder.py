#!/usr/bin/env python3
"""A zip of all files below a folder; the same files give the same bytes: no times, one order.

usage: zip_folder.py FOLDER ZIP
"""

import pathlib
import sys
import zipfile

EXECUTABLE = 0o100755

root, output = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(output, "w") as archive:
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(str(path.relative_to(root)))
        entry.external_attr = EXECUTABLE << 16
        archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
