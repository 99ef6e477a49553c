"""The bad lines of all tasks in one file, as one machine would have written it."""

import os
import re
import shutil
import tempfile

from varve_spark.xxh3 import hash_file

# The beginning of a record (docs/reference/quarantine.md), as far as its line number.
_LINE = re.compile(rb'(\{"file":"(?:[^"\\]|\\.)*","line":)(\d+)')


def _lines_before(reports):
    """Of each task: how many lines of its file are in earlier spans of it."""
    seen, before = {}, {}
    for report in reports:
        for part in report["task"].parts:
            if part.span is None:
                continue
            before[report["task"].index] = seen.get(part.file, 0)
            seen[part.file] = before[report["task"].index] + \
                report["outcomes"][part.file]["counts"][0]
    return before


def _append(source, shift, target):
    if shift == 0:
        shutil.copyfileobj(source, target)
        return
    for record in source:
        target.write(_LINE.sub(lambda found: found[1] + b"%d" % (int(found[2]) + shift), record, 1))


def _merge(job, pieces, before, path, folder):
    with open(path, "wb") as target:
        for index, piece in pieces:
            copy = os.path.join(folder, "piece")
            job.bucket.get_file(piece["staged"], copy)
            with open(copy, "rb") as source:
                _append(source, before.get(index, 0), target)


def gather_quarantine(job, reports):
    """The job's output of bad lines, as a list of one or none. Tasks count the lines of a span from
    its first; now that all spans are counted, the numbers are those of the file."""
    pieces = [(report["task"].index, piece) for report in reports for piece in report["quarantine"]]
    if not pieces:
        return []
    name = f"_quarantine/{job.batch}.ndjson"
    output = {"staged": job.staging + name, "final": job.output + name, "rows": 0}
    with tempfile.TemporaryDirectory(prefix="varve-") as folder:
        path = os.path.join(folder, "merged")
        _merge(job, pieces, _lines_before(reports), path, folder)
        hashed, size = hash_file(path)
        job.bucket.put_file(output["staged"], path)
    return [{**output, "bytes": size, "hash": hashed, "quarantine": True}]
