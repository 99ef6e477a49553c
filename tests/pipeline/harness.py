"""Drives a real `varve run`, and checks what must hold whatever happened to it."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter

import pyarrow.parquet as pq
from conftest import BINARY, run_varve

DEADLINE_S = 90
POLL_S = 0.02


def wait_until(condition, what, deadline_s=DEADLINE_S):
    """The first true value of `condition()`; fails when there is none before the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {deadline_s} s: {what}"
        time.sleep(POLL_S)


def put(folder, key, content):
    """A file that appears whole, as an uploader that renames makes it."""
    path = pathlib.Path(folder, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.parent / f".{os.getpid()}.tmp"
    hidden.write_bytes(content if isinstance(content, bytes) else content.encode())
    hidden.rename(path)
    return path


def numbered(name, count):
    """`count` lines, each of which tells where it came from."""
    return "".join(json.dumps({"file": name, "n": n}) + "\n" for n in range(count))


class Pipeline:
    """An input and an output directory, and the commands on them."""

    def __init__(self, folder, *flags):
        self.input, self.output = folder / "in", folder / "out"
        self.input.mkdir(exist_ok=True)
        self.flags = flags

    def run_args(self, *flags):
        return ["run", self.input, self.output, "--settle-time", "0", *self.flags, *flags]

    def once(self, *flags, code=0, **options):
        """Drains; `code` None: nothing is wrong, but lines or files may be bad."""
        run = run_varve(*self.run_args("--once", "--listen", "none", *flags), **options)
        assert run.code in ((0, 3) if code is None else (code,)), run.stdout + run.stderr
        return run

    def command(self, *args, codes=(0,)):
        run = run_varve(*args, "--state", self.output)
        assert run.code in codes, run.stdout + run.stderr
        return run

    def json_lines(self, *args, codes=(0,)):
        return [json.loads(line)
                for line in self.command(*args, "--json", codes=codes).stdout.splitlines()]

    def status(self):
        return self.json_lines("status")[0]

    def count(self, state):
        return self.status()["files"].get(state, {"files": 0})["files"]

    def files(self, *flags):
        return self.json_lines("files", "--limit", 0, *flags)

    def state_of(self, key):
        """Of the newest version."""
        return self.explain(key)["versions"][0]["state"]

    def explain(self, key):
        run = run_varve("explain", "--json", "--state", self.output, "--", key)
        assert run.code == 0, run.stderr
        return json.loads(run.stdout)

    def parquet(self):
        return sorted(path for path in self.output.rglob("*.parquet")
                      if not any(part.startswith("_") for part in
                                 path.relative_to(self.output).parts))

    def rows(self):
        rows = []
        for path in self.parquet():
            rows += pq.read_table(path, partitioning=None).to_pylist()
        return rows

    def quarantined(self):
        return [json.loads(line) for path in sorted(self.output.glob("_quarantine/*.ndjson"))
                for line in path.read_bytes().splitlines()]

    def check_completed(self, names, lines):
        """Of files of that many numbered() lines: every line is there once, and nothing is left."""
        seen = Counter((row["file"], row["n"]) for row in self.rows())
        assert seen == Counter({(name, n): 1 for name in names for n in range(lines)})
        files = self.check()
        assert {file["state"] for file in files} == {"completed"}
        assert len(files) == len(names)
        # What killed processes were working on is gone too.
        assert not list((self.output / "_varve/.work").glob("run-*"))

    def check(self):
        """Accounting of every file, manifests disjoint, outputs as recorded, nothing left over."""
        files = self.files()
        for file in files:
            assert file["lines"] == file["rows"] + file["quarantined"] + file["blank"], file
        done = [file for file in files if file["state"] == "completed"]
        assert sum(file["rows"] for file in done) == sum(
            pq.read_metadata(path).num_rows for path in self.parquet())
        assert sum(file["quarantined"] for file in done) == len(self.quarantined())
        members = Counter()
        for batch in self.json_lines("batches", "--limit", 0):
            if batch["state"] == "completed":
                members.update(file["key"] + "@" + file["version"]
                               for file in self.files("--batch", batch["batch"])
                               if file["state"] == "completed")
        assert all(count == 1 for count in members.values()), members
        (report,) = self.json_lines("verify")
        assert report["problems"] == []
        return files


class Running:
    """`varve run` in the background, its log kept."""

    def __init__(self, pipeline, *flags, preexec=None):
        self.pipeline = pipeline
        self.log_path = pipeline.output.parent / f"log-{time.monotonic_ns()}.jsonl"
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, *map(str, pipeline.run_args("--log", "json", "--listen", "127.0.0.1:0",
                                                     *flags))],
                stdout=subprocess.DEVNULL, stderr=log, preexec_fn=preexec)
        self.address = None

    def __enter__(self):
        self.address = wait_until(lambda: self.event("listening"), "it listens")["address"]
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def events(self):
        lines = self.log_path.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def event(self, name):
        assert self.process.poll() is None or name in self.log_path.read_text(), (
            self.log_path.read_text())
        return next((event for event in self.events() if event["event"] == name), None)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def metrics(self):
        """{'name{labels}': value} of /metrics."""
        status, text = self.get("/metrics")
        assert status == 200
        return {match[1]: float(match[2])
                for match in re.finditer(r"^([a-z_]+(?:\{.*\})?) (\S+)$", text, re.M)}

    def stop(self, sent=signal.SIGTERM):
        self.process.send_signal(sent)
        return self.process.wait(timeout=DEADLINE_S)

    def kill(self):
        self.process.kill()
        self.process.wait()
