"""One job, start to end: plan, convert, agree on the schema, convert what differs, commit.

Nothing that is staged counts until result.json names it, which is written last. A job that is
repeated, or a task that Spark repeats, writes the same bytes under the same names.
"""

import json

from varve_spark.plan import plan_tasks
from varve_spark.quarantine import gather_quarantine
from varve_spark.storage import Missing, open_bucket

_MAGIC = (b"\x1f\x8b", b"\x28\xb5")


def is_splittable(job, file):
    """Only plain files can be read from the middle. The name is a hint, the content decides."""
    if file.compression != "none" or not job.may_split_files:
        return False
    try:
        beginning = open_bucket(file.bucket).beginning(file.key, file.version)
    except Missing:
        return False
    return not beginning.startswith(_MAGIC) and beginning[1:] != b"\x2a\x4d\x18"


def _failed_files(reports):
    """Files of which any part could not be read: they fail as a whole, and alone."""
    return {file for report in reports for file, outcome in report["outcomes"].items()
            if outcome["error"]}


def _valid(reports, failed):
    """Reports whose task holds more than parts of failed files. A span is alone in its task, and
    a whole file that failed left nothing in the outputs."""
    return [report for report in reports
            if any(part.file not in failed for part in report["task"].parts)]


def _must_repeat(report, agreed):
    """Whether the schema that the task's outputs have is not the one all have."""
    differs = report["outputs"] and report["schema"] != agreed["schema"]
    return differs or not report["complete"]


def _convert(job, engine, tasks):
    """(reports, agreed schema). No file is read more than twice."""
    reports = engine.convert(tasks)
    failed = _failed_files(reports)
    valid = _valid(reports, failed)
    agreed = engine.agree([report["observed"] for report in valid])
    again = [report["task"].without(failed) for report in valid
             if _must_repeat(report, agreed)]
    for report in engine.convert(again, agreed):
        first = reports[report["task"].index]
        outcomes = {**first["outcomes"], **report["outcomes"]}
        reports[report["task"].index] = {**first, **report, "outcomes": outcomes}
    return reports, agreed["schema"]


def _check_rows(reports):
    """Whatever an engine says of itself, each line has ended as a row, bad or blank."""
    for report in reports:
        counts = [outcome["counts"] for outcome in report["outcomes"].values()]
        rows = sum(output["rows"] for output in report["outputs"])
        if not report["complete"] or rows != sum(count[1] for count in counts) or \
                any(count[0] != sum(count[1:]) for count in counts):
            raise RuntimeError(f"task {report['task'].index} does not add up: {rows} rows of "
                               f"{counts}; did the inputs change while they were read?")


def _outcomes(job, reports):
    """One a file: the sum of its parts, or why it failed."""
    found = {}
    for report in reports:
        for index, outcome in report["outcomes"].items():
            found.setdefault(index, []).append(outcome)
    outcomes, missing = [], []
    for index, file in enumerate(job.files):
        errors = [part for part in found[index] if part["error"]]
        counts = [sum(column) for column in zip(*(part["counts"] for part in found[index]))]
        outcomes.append({"file": file.ref, "counts": [0, 0, 0, 0] if errors else counts,
                         "error": errors[0]["error"] if errors else ""})
        if any(part["missing"] for part in errors):
            missing.append(file.ref)
    return outcomes, missing


def _outputs(job, reports):
    """Part numbers run on within each partition, in the order of the tasks: the names that one
    machine would give."""
    numbers, outputs = {}, []
    for report in reports:
        for output in report["outputs"]:
            folder, _, name = output["name"].rpartition("/")
            number = numbers[folder] = numbers.get(folder, -1) + 1
            name = f"part-{number:05d}-{name.split('-', 2)[2]}"
            outputs.append({"staged": output["staged"],
                            "final": job.output + (f"{folder}/{name}" if folder else name),
                            "rows": output["rows"], "bytes": output["bytes"],
                            "hash": output["hash"], "quarantine": False})
    return outputs


def run_job(job, engine, task_bytes):
    """Converts the job's files and writes result.json, which it returns."""
    tasks = plan_tasks(job, task_bytes, lambda file: is_splittable(job, file))
    reports, schema = _convert(job, engine, tasks)
    outcomes, missing = _outcomes(job, reports)
    valid = _valid(reports, _failed_files(reports))
    _check_rows(valid)
    result = {"outputs": _outputs(job, valid) + gather_quarantine(job, valid),
              "outcomes": outcomes, "missing": missing, "schema": schema}
    job.bucket.put_text(job.staging + "result.json", json.dumps(result, ensure_ascii=False))
    return result
