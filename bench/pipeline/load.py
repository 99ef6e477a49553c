"""Runs the parts of the load benchmark and writes docs/benchmarks/pipeline.json and pipeline.md."""

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import make_files
import page
from varve_load import Varve

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs/benchmarks/pipeline.json"
# In this order the files are made least often.
PARTS = ("backlog", "restart", "stream", "tracker", "spark")
RATES = (100, 500, 1000)  # files a second
TRACKED = (10_000, 100_000, 1_000_000)


def machine():
    cpu = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": cpu[1] if cpu else "unknown", "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(memory / 1e9), "date": datetime.date.today().isoformat()}


def build(binary):
    told = subprocess.run([binary, "version", "--json"], check=True, capture_output=True, text=True)
    facts = json.loads(told.stdout)
    return {key: facts[key] for key in ("version", "commit", "compiler", "simd")}


class Bench:
    def __init__(self, args):
        self.args = args
        self.folder = args.folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.varve = Varve(args.binary, self.folder)
        self.results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}

    def files(self):
        """The backlog's files, made again only when they are not there."""
        stamp = self.folder / "in.stamp"
        wanted = str(self.args.files)
        if not stamp.exists() or stamp.read_text().split()[0] != wanted:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(self.varve.input, ignore_errors=True)
            size, lines = make_files.make(self.varve.input, self.args.files)
            stamp.write_text(f"{wanted} {size} {lines}")
        return [int(word) for word in stamp.read_text().split()]

    def backlog(self):
        _, size, lines = self.files()
        result = self.varve.backlog(size)
        assert result["lines"] == lines and result["files"] == self.args.files
        return {**result, "commands_ms": self.varve.commands()}

    def stream(self):
        (self.folder / "in.stamp").unlink(missing_ok=True)  # its own files take their place
        return [self.varve.stream(rate, self.args.seconds) for rate in self.args.rates]

    def restart(self):
        """Killed while it works on a backlog, with that many files tracked."""
        if not (self.varve.output / "_varve/varve.db").exists():
            self.varve.backlog(self.files()[1])
        return self.varve.restart()

    def tracker(self):
        ran = subprocess.run([self.args.tracker_bench, *map(str, TRACKED)], check=True,
                             capture_output=True, text=True)
        return ran.stdout.splitlines()

    def spark(self):
        from spark_load import Spark
        files, size, lines = self.files()
        spark = Spark(self.folder, machine()["cores"])
        try:
            backlog = spark.backlog(self.varve.input, self.args.spark_files)
            assert backlog["lines"] == lines, backlog
            backlog.update(files=files, bytes_in=size)
            streams = [spark.stream(rate, self.args.seconds) for rate in self.args.rates]
            version = spark.session.version
        finally:
            spark.stop()
        return {"version": version, "backlog": backlog, "streams": streams}

    def run(self):
        self.results["machine"] = machine()
        self.results["build"] = build(self.args.binary)
        for part in self.args.only:
            print(f"bench: {part}", file=sys.stderr, flush=True)
            self.results[part] = getattr(self, part)()
            print(json.dumps(self.results[part], indent=2), flush=True)
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(self.results, indent=1) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--files", type=int, default=100_000, help="of the backlog")
    parser.add_argument("--rates", default=",".join(map(str, RATES)), help="files a second")
    parser.add_argument("--seconds", type=float, default=30, help="of each stream")
    parser.add_argument("--spark-files", type=int, default=5000, help="of one micro-batch")
    parser.add_argument("--report", action="store_true", help="only write the page again")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench-pipeline")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/varve")
    parser.add_argument("--tracker-bench", type=pathlib.Path,
                        default=ROOT / "build/release/bench/pipeline/tracker_bench")
    args = parser.parse_args()
    args.only = args.only.split(",")
    if unknown := set(args.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    args.rates = [int(rate) for rate in args.rates.split(",")]
    return args


def main():
    args = arguments()
    if not args.report:
        Bench(args).run()
    RESULTS.with_suffix(".md").write_text(page.render(json.loads(RESULTS.read_text())))


if __name__ == "__main__":
    main()
