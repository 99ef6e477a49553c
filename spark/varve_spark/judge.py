"""The first round of the Spark engine: every line of a task's files is judged, and what the good
ones hold is observed. Bad lines and counts are settled here; the second round writes the rows."""

import os
import tempfile

from varve_spark.accept import Rejected, parse_line, quarantine_record
from varve_spark.columns import Mismatch, make_columns
from varve_spark.lines import Unreadable, read_lines
from varve_spark.native_engine import fetch_parts
from varve_spark.observe import observe_field
from varve_spark.source_text import find
from varve_spark.xxh3 import hash_file


def given_schema(job):
    """What a place must hold before any line is read."""
    fields = job.schema["fields"] if job.schema else []
    return observe_field({"type": "struct", "fields": fields})


def _observer(job, observed):
    timestamps = job.convert.get("timestamps", "auto") == "auto"
    return lambda text, row: observed.add(row, timestamps)


def _checker(job, observed):
    """With a schema that may not change: lines that do not fit it are bad."""
    _, convert, plan = make_columns(job.schema, observed)

    def check(text, row):
        try:
            convert(row, find(text, plan) if plan else None)
        except Mismatch as error:
            raise Rejected("schema_mismatch") from error
    return check


def _is_too_bad(limit, counts):
    if not limit:
        return False
    if limit.endswith("%"):
        return counts[2] * 100 > float(limit[:-1]) * counts[0]
    return counts[2] > int(limit)


def _judge_file(told, span, look, bad_lines):
    """[lines, rows, quarantined, blank]; records of bad lines are appended to a list."""
    counts = [0, 0, 0, 0]
    for number, offset, raw in read_lines(told["path"], told["name"], span):
        counts[0] += 1
        try:
            line = parse_line(raw)
            if line is not None:
                look(*line)
            counts[3 if line is None else 1] += 1
        except Rejected as rejected:
            counts[2] += 1
            bad_lines.append(quarantine_record(told["name"], number, offset, raw, rejected))
    return counts


def _outcome(job, told, span, observed, bad_lines):
    look = _observer(job, observed) if job.evolves else _checker(job, observed)
    try:
        counts = _judge_file(told, span, look, bad_lines)
    except Unreadable as error:
        return {"counts": [0, 0, 0, 0], "error": str(error), "missing": False}
    if _is_too_bad(job.convert.get("max-errors"), counts):
        return {"counts": [0, 0, 0, 0], "missing": False,
                "error": f"too_many_errors: {told['name']}: {counts[2]} of {counts[0]} lines are "
                         "bad, more than max-errors allows"}
    return {"counts": counts, "error": "", "missing": False}


def _stage_bad_lines(job, task, bad_lines, folder):
    if not bad_lines:
        return []
    path, key = os.path.join(folder, "bad"), f"{job.staging}task-{task.index:05d}/bad.ndjson"
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(bad_lines)
    job.bucket.put_file(key, path)
    hashed, size = hash_file(path)
    return [{"name": "bad.ndjson", "bytes": size, "hash": hashed, "staged": key}]


def judge_task(job, task):
    """Runs on an executor. A report as those of the native engine, without outputs: a task that has
    rows is not complete."""
    observed, bad_lines = given_schema(job), []
    with tempfile.TemporaryDirectory(prefix="varve-") as folder:
        fetched, outcomes = fetch_parts(job, task, folder)
        for part, told in fetched:
            seen, bad = given_schema(job), []
            outcome = outcomes[part.file] = _outcome(job, told, part.span, seen, bad)
            if not outcome["error"]:
                observed.merge(seen)
                bad_lines += bad
        quarantine = _stage_bad_lines(job, task, bad_lines, folder)
    rows = sum(outcome["counts"][1] for outcome in outcomes.values())
    return {"task": task, "outcomes": outcomes, "outputs": [], "quarantine": quarantine,
            "complete": rows == 0, "schema": None, "observed": observed}
