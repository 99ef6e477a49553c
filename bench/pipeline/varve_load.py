"""Loads `varve run` with small files: a backlog, a steady stream, and restarts."""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import time

import make_files
from visible import Arrivals

PARTITION = "year=2025/month=01/day=17"
NEW = "2025-01-17-new.ndjson"
PART = re.compile(r"part-\d+-(\d{4}-\d{2}-\d{2})-(batch-\d+)\.")


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


class Varve:
    def __init__(self, binary, folder):
        self.binary = binary
        self.input, self.output = folder / "in", folder / "out"

    def fresh(self):
        shutil.rmtree(self.output, ignore_errors=True)

    def command(self, *flags):
        return [self.binary, "run", self.input, self.output, "--log", "json", *map(str, flags)]

    def database(self):
        return sqlite3.connect(f"file:{self.output}/_varve/varve.db?mode=ro", uri=True)

    def backlog(self, size):
        """Converts everything that is there, once."""
        self.fresh()
        started = time.monotonic()
        process = subprocess.Popen(
            self.command("--once", "--json", "--log-level", "warning", "--settle-time", 0),
            stdout=subprocess.PIPE, text=True)
        report = json.loads(process.stdout.read().splitlines()[-1])
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        assert os.waitstatus_to_exitcode(status) == 0 and report["files_failed"] == 0
        return {"files": report["files"], "lines": report["rows"], "batches": report["batches"],
                "bytes_in": size, "seconds": seconds, "files_per_s": report["files"] / seconds,
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "memory_mb": usage.ru_maxrss / 1024}

    def start(self, *flags):
        """A running process, and the seconds until it answered."""
        log = (self.output.parent / "run.log").open("w+")
        started = time.monotonic()
        process = subprocess.Popen(self.command("--listen", "127.0.0.1:0", *flags),
                                   stdout=subprocess.DEVNULL, stderr=log)
        while '"listening"' not in pathlib.Path(log.name).read_text():
            assert process.poll() is None, pathlib.Path(log.name).read_text()
            time.sleep(0.001)
        return process, time.monotonic() - started

    def ask(self, query, *values):
        with self.database() as database:
            rows = database.execute(query, values).fetchall()
        database.close()
        return rows

    def done(self):
        return self.ask("SELECT coalesce(sum(files), 0) FROM file_counts WHERE state = 3")[0][0]

    def completed(self, key):
        return self.ask("SELECT 1 FROM files WHERE key = ? AND state = 3", key)

    def stream(self, rate, seconds):
        """Writes and closes `rate` files a second; how long until the rows of each are visible."""
        self.fresh()
        shutil.rmtree(self.input, ignore_errors=True)
        (self.output / PARTITION).mkdir(parents=True)
        count = int(rate * seconds)
        contents = list(make_files.contents(count, seed=2))
        for number in range(0, count, 1000):
            (self.input / make_files.key(number)).parent.mkdir(parents=True, exist_ok=True)
        arrivals = Arrivals(self.output / PARTITION)
        process, _ = self.start("--max-wait", 0, "--min-files", 1)
        closed, began = {}, time.monotonic()
        for number, content in enumerate(contents):
            ahead = began + number / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            key = make_files.key(number)
            with (self.input / key).open("wb") as file:
                file.write(content)
            closed[key] = time.time()
        wrote = time.monotonic() - began
        deadline = time.monotonic() + 60
        while self.done() < count and time.monotonic() < deadline:
            time.sleep(0.05)
        finished = time.monotonic() - began
        peak = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        process.terminate()
        process.wait()
        arrivals.close()
        latencies = self.latencies(closed, arrivals.times)
        return {"rate": rate, "files": count, "seconds": finished, "wrote_seconds": wrote,
                "visible": len(latencies), "p50_ms": 1000 * quantile(latencies, 0.5),
                "p99_ms": 1000 * quantile(latencies, 0.99), "max_ms": 1000 * max(latencies),
                "memory_mb": int(re.search(r"VmHWM:\s+(\d+)", peak)[1]) / 1024}

    def latencies(self, closed, visible):
        """Of each file: the last output of its batch, minus when it was closed."""
        batches = {}
        for name, at in visible.items():
            if found := PART.match(name):
                batch = f"{found[1]}/{found[2]}"
                batches[batch] = max(batches.get(batch, 0), at)
        return [batches[batch] - closed[key]
                for key, batch in self.ask("SELECT key, batch FROM files WHERE state = 3")]

    def restart(self):
        """Seconds from a kill -9 under load to answering, and to the rows of a new file."""
        process, _ = self.start("--max-wait", 0)
        time.sleep(1)  # in the middle of whatever it does
        process.kill()
        process.wait()
        started = time.monotonic()
        process, answered = self.start("--max-wait", 0)
        (self.input / NEW).write_bytes(next(make_files.contents(1, seed=3)))
        while not self.completed(NEW) and time.monotonic() - started < 60:
            time.sleep(0.002)
        visible = time.monotonic() - started
        process.terminate()
        process.wait()
        ((tracked,),) = self.ask("SELECT count(*) FROM files")
        return {"tracked": tracked, "answers_ms": 1000 * answered, "new_file_ms": 1000 * visible}

    def commands(self):
        """Milliseconds of the operator's commands on the state as it is."""
        took = {}
        for command in (["status"], ["plan"], ["files", "--limit", "50"],
                        ["files", "--status", "failed"], ["batches"],
                        ["explain", make_files.key(0)]):
            best = None
            for _ in range(5):
                started = time.monotonic()
                subprocess.run([self.binary, *command, "--state", self.output], check=True,
                               capture_output=True)
                spent = 1000 * (time.monotonic() - started)
                best = spent if best is None else min(best, spent)
            took["varve " + " ".join(command)] = best
        return took
