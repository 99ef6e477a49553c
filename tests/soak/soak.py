#!/usr/bin/env python3
"""Soak test: `varve run` for hours while it is killed, paused and fed with bad input.

usage: SOAK_SECONDS=3600 tests/soak/soak.py [FOLDER]     (make soak; 72 hours by default)

Rounds of some minutes. In each, processes are started and killed with SIGKILL at random moments,
stopped politely, or paused beyond their lease while another goes on; producers put, overwrite and
delete files, some with bad lines, some cut off inside their gzip stream; every alert sink is down.
After each kill the invariants of checker.py are checked as they are; after each round everything is
drained and accounted for line by line. The first violation ends the soak with exit code 1 and keeps
everything. SOAK_SEED repeats the same load. SOAK_RATE is actions of producers a second.
"""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / name) for name in ("", "pipeline")]

from checker import Checker, require  # noqa: E402
from conftest import ROOT  # noqa: E402
from harness import Pipeline, Running, wait_until  # noqa: E402
from load import Load  # noqa: E402

SECONDS = float(os.environ.get("SOAK_SECONDS", 72 * 3600))
ROUND_S = float(os.environ.get("SOAK_ROUND_SECONDS", 300))
RATE = float(os.environ.get("SOAK_RATE", 2))
SEED = int(os.environ.get("SOAK_SEED", time.time_ns() % 2**32))
JOB = re.compile(r"/(?P<batch>[0-9-]+/batch-[0-9]+)/job-(?P<fence>[0-9]+)-")
DEAD_SINK = "http://127.0.0.1:9/"  # the discard port: nobody listens
FLAGS = ("--min-files", 5, "--max-files", 20, "--max-wait", "2s", "--attempts-max", 3,
         "--backoff", "200ms", "--backoff-max", "1s", "--scan-interval", "15s", "--on-success",
         "delete", "--alert-webhook", DEAD_SINK, "--alert-command", "false", "--settle-time", "0")


class Soak:
    def __init__(self, folder):
        self.folder = folder
        self.chance = random.Random(SEED)
        self.pipeline = Pipeline(folder, *FLAGS)
        self.load = Load(self.pipeline.input, self.chance)
        self.checker = Checker(self.pipeline, self.load)
        self.counts = Counter()
        self.memory_kb = 0
        self.restart_s = []
        self.acted = time.monotonic()

    def start(self, beside_paused=False):
        """A process that answers; none when a paused one holds the database's lock all the while."""
        began = time.monotonic()
        running = Running(self.pipeline)
        if beside_paused and wait_until(lambda: self.locked_out(running), "it starts") == "locked":
            self.counts["locked_out"] += 1
            running.log_path.unlink()
            return None
        running.__enter__()
        self.restart_s.append(time.monotonic() - began)
        self.counts["starts"] += 1
        return running

    @staticmethod
    def locked_out(running):
        if running.process.poll() is None:
            return "listening" if '"listening"' in running.log_path.read_text() else None
        require("database is locked" in running.log_path.read_text(), running.log_path.read_text())
        return "locked"

    def produce(self, seconds):
        """Producers at work for so long, at an even pace."""
        end = time.monotonic() + seconds
        while True:
            self.acted = max(self.acted, time.monotonic() - 5)
            while self.acted + 1 / RATE <= time.monotonic():
                self.acted += 1 / RATE
                self.load.act()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 1 / RATE))

    def measure(self, running):
        status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        self.memory_kb = max(self.memory_kb, int(line.split()[1]))

    def end(self, running, how):
        self.measure(running)
        if how == "kill":
            running.kill()
        else:
            require(running.stop() == 0, "a polite stop ended with", running.process.returncode)
        self.counts[how] += 1
        running.log_path.unlink()

    def life(self):
        """One process, or two, from start to end."""
        running = self.start()
        fate = self.chance.choices(["kill", "stop", "pause", "two"], [12, 2, 1, 2])[0]
        if fate == "pause":
            # It loses its lease to the other, comes back, and must not do any harm.
            self.produce(self.chance.uniform(0, 3))
            running.process.send_signal(signal.SIGSTOP)
            self.counts["pauses"] += 1
            other = self.start(beside_paused=True)
            self.produce(self.chance.uniform(62, 90))
            running.process.send_signal(signal.SIGCONT)
            self.produce(self.chance.uniform(1, 5))
            if other:
                self.end(other, "kill")
        elif fate == "two":
            other = self.start()
            self.produce(self.chance.uniform(0, 20))
            self.end(other, "kill")
            self.produce(self.chance.uniform(0, 5))
        else:
            longest = 2 if self.chance.random() < 0.5 else 40
            self.produce(self.chance.uniform(0, longest))
        self.end(running, "kill" if fate != "stop" else "stop")
        self.checker.check()
        self.counts["checks"] += 1

    def drain(self):
        """Until nothing is pending; in vain when a file neither ends nor fails."""
        self.pipeline.once(code=None)
        self.counts["drains"] += 1

    def sweep_leftovers(self):
        """What a paused process staged under a lease that it had lost is for reconcile, in time.

        Anything else that is left there is for the checker to find.
        """
        fences = self.checker.fences()
        late = [path for path in (self.pipeline.output / "_varve/staging").rglob("*")
                if path.is_file() and (job := JOB.search(path.as_posix()))
                and int(job["fence"]) < fences.get(job["batch"], 0)]
        for path in late:
            os.utime(path, (time.time() - 7200,) * 2)
        if late:
            self.counts["staged_late"] += len(late)
            self.pipeline.command("reconcile", "--repair", codes=(0, 3))

    def round(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.life()
        self.drain()
        self.sweep_leftovers()
        self.checker.settle()
        self.counts["rounds"] += 1
        (report,) = self.pipeline.json_lines("verify")
        require(report["problems"] == [], "varve verify:", report["problems"][:5])

    def report(self, started, problem):
        seconds = time.monotonic() - started
        restarts = sorted(self.restart_s)
        return {
            "problem": problem, "seed": SEED, "seconds": round(seconds), **self.counts,
            "producers": self.load.counts, "settled": dict(self.checker.totals),
            "outputs": len(self.checker.outputs), "memory_peak_mb": round(self.memory_kb / 1024),
            "restart_ms_p50": round(restarts[len(restarts) // 2] * 1000),
            "restart_ms_max": round(restarts[-1] * 1000),
        }

    def run(self):
        started, problem = time.monotonic(), None
        print(f"soak: {SECONDS:.0f} s in {self.folder}, seed {SEED}", flush=True)
        try:
            while (left := SECONDS - (time.monotonic() - started)) > 0:
                self.round(min(ROUND_S, left))
                print(json.dumps(self.report(started, None)), flush=True)
        except AssertionError as broken:  # of the checker, or of the harness
            problem = f"{type(broken).__name__}: {broken}"
        except KeyboardInterrupt:
            problem = "interrupted"
        report = self.report(started, problem)
        (self.folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
        print(json.dumps(report), flush=True)
        return 0 if problem is None else 1


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/soak")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sys.exit(Soak(folder).run())


if __name__ == "__main__":
    main()
