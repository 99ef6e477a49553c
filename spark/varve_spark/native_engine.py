"""The native engine on executors: each task runs `varve task` (docs/reference/task.md)."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass

from varve_spark.ship import binary_path
from varve_spark.storage import Missing, open_bucket


def run_varve(binary, document):
    """The answer of `varve task`. An error is one of the machine, so that Spark tries again."""
    done = subprocess.run([binary_path(binary), "task"], input=json.dumps(document).encode(),
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"varve task ended with {done.returncode}: "
                           f"{done.stderr.decode(errors='replace')[-4000:]}")
    return json.loads(done.stdout)


def task_document(job, observed, output, inputs):
    return {"convert": job.convert, "schema": job.schema, "pinned": job.pinned,
            "observed": observed, "batch": job.batch, "output": output, "threads": 1,
            "inputs": inputs}


def _fetch(job, part, folder):
    """What `varve task` is told of an input."""
    file = job.files[part.file]
    path = os.path.join(folder, f"in-{part.file}")
    path = open_bucket(file.bucket).fetch(file.key, file.version, part.span, path)
    told = {"path": path, "name": file.key, "date": file.date}
    return {**told, "bytes": list(part.span)} if part.span else told


def fetch_parts(job, task, folder):
    """([(part, input)] of what is there, {file: outcome} of what is not)."""
    fetched, outcomes = [], {}
    for part in task.parts:
        try:
            fetched.append((part, _fetch(job, part, folder)))
        except Missing as gone:
            outcomes[part.file] = {"counts": [0, 0, 0, 0], "error": str(gone), "missing": True}
    return fetched, outcomes


def _stage(job, task, folder, described):
    """Uploads a file that the task made; its name is one that a repeated task gives it again."""
    key = f"{job.staging}task-{task.index:05d}/{described['name']}"
    job.bucket.put_file(key, os.path.join(folder, described["name"]))
    return {**described, "staged": key}


def convert_task(job, task, observed, binary):
    """Runs on an executor. What became of the task, for job.py."""
    with tempfile.TemporaryDirectory(prefix="varve-") as folder:
        fetched, outcomes = fetch_parts(job, task, folder)
        output = os.path.join(folder, "out")
        inputs = [told for _, told in fetched]
        if not inputs and observed is None:
            observed = []  # none of its files is there: only the schema that was given
        answer = run_varve(binary, task_document(job, observed, output, inputs))
        for (part, _), outcome in zip(fetched, answer["inputs"]):
            outcomes[part.file] = {**outcome, "missing": False}
        staged = {kind: [_stage(job, task, output, file) for file in answer[kind]]
                  for kind in ("outputs", "quarantine")}
    return {"task": task, "outcomes": outcomes, **staged,
            **{key: answer[key] for key in ("complete", "schema", "observed")}}


@dataclass
class NativeEngine:
    """Converts tasks with varve's own engine."""

    spark: object
    job: object
    binary: str

    def convert(self, tasks, agreed=None):
        """Reports of the tasks, in their order. `agreed`: what `agree` answered; None: the tasks
        speculate on their own."""
        if not tasks:
            return []
        job, binary = self.job, self.binary
        observed = agreed and [agreed["observed"]]
        return self.spark.sparkContext.parallelize(tasks, len(tasks)).map(
            lambda task: convert_task(job, task, observed, binary)).collect()

    def agree(self, observed):
        """The schema of all that was observed."""
        return run_varve(self.binary, task_document(self.job, observed, "", []))
