"""Runs the converters side by side and records the numbers; bench/run sets the stage and calls it.

For each data set and thread count: every variant of every rival runs once (those that read the whole
file to find its schema only when the others lose something); in order of speed their outputs are
checked against the source, until one kept the values. That variant, and the next correct
one when it is nearly as fast, then runs against the other rivals' in interleaved rounds (A B C …
A B C …), page cache warm, and the best run counts.
"""

import argparse
import copy
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

import datasets
import report

ROOT = pathlib.Path(__file__).resolve().parents[1]
SMOKE = bool(os.environ.get("BENCH_SMOKE"))
DATA = ROOT / "build" / ("bench-data-smoke" if SMOKE else "bench-data")
SCRATCH = ROOT / "build" / "bench-out"
DOCS = ROOT / "build" / "bench-smoke-docs" if SMOKE else ROOT / "docs" / "benchmarks"
RIVALS = ["varve", "duckdb", "polars", "pyarrow", "chdb", "datafusion", "json2parquet"]
PROGRAMS = {
    "varve": ROOT / "build" / "release" / "varve",
    "json2parquet": ROOT / "build" / "bench-cargo" / "bin" / "json2parquet",
}
TIMEOUT_SECONDS = 300
NEARLY_AS_FAST = 1.15


def write_report():
    report.write(DOCS)
    if not SMOKE:
        report.write_front_page(ROOT / "README.md", DOCS)


def main():
    arguments = parse_arguments()
    if arguments.report:
        write_report()
        return
    names = arguments.only or datasets.available()
    paths = {name: datasets.ensure(name, DATA, SMOKE) for name in names}
    if arguments.data:
        return
    results = load_results(DOCS / "results.json")
    results["environment"] = describe_environment()
    rivals = [name for name in arguments.rivals or RIVALS if is_installed(name)]
    SCRATCH.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        warm(path)
        entry = results["datasets"].setdefault(name, {"threads": {}})
        entry.update(
            {
                "bytes": path.stat().st_size,
                "rows": count_lines(path),
                "walk_seconds": measure_walk(path),
            }
        )
        for threads in arguments.threads:
            table = entry["threads"].setdefault(str(threads), {})
            known = variants_known(entry, str(threads)) if arguments.again else {}
            table.update(Contest(name, path, threads, rivals, known).run(arguments.rounds))
            save_results(results)
    write_report()
    print(report.summary_table(results["datasets"]))
    print(f"the whole page: {(DOCS / 'README.md').relative_to(ROOT)}")


def variants_known(entry, threads):
    """What an earlier run found to be the rivals' fastest, at this thread count or else another."""
    known = {}
    for count in sorted(entry["threads"], key=lambda count: count == threads):
        known.update(entry["threads"][count])
    return copy.deepcopy(known)


def parse_arguments():
    def names(text):
        return text.split(",")

    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__.split("\n")[0])
    parser.add_argument("--only", type=names, help="data sets, separated by commas")
    parser.add_argument("--rivals", type=names, help="converters, separated by commas")
    parser.add_argument(
        "--threads", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2]
    )
    parser.add_argument("--rounds", type=int, default=1 if SMOKE else 3)
    parser.add_argument(
        "--again",
        action="store_true",
        help="time the rivals' variants that won last time, without trying the others",
    )
    parser.add_argument("--report", action="store_true", help="only render the results again")
    parser.add_argument("--data", action="store_true", help="only make the data sets")
    return parser.parse_args()


def is_installed(rival):
    program = PROGRAMS.get(rival)
    if program is None or program.exists():
        return True
    print(f"bench: {rival} is left out: no {program.relative_to(ROOT)}", file=sys.stderr)
    return False


class Contest:
    """One data set at one thread count."""

    def __init__(self, dataset, source, threads, rivals, known):
        self.dataset, self.source, self.threads, self.rivals = dataset, source, threads, rivals
        self.known = known  # rival -> its earlier result, to be taken for granted
        self.truth = DATA / f"{dataset}.truth.json"

    def run(self, rounds):
        results = {rival: self.choose(rival) for rival in self.rivals}
        for _ in range(rounds):
            for rival, result in results.items():
                self.add_round(rival, result)
        for rival, result in results.items():
            self.say(rival, result)
        return results

    def choose(self, rival):
        """The variants that keep the values, fastest first, two at most; and what others did wrong."""
        if rival in self.known and rival != "varve":  # varve's output is checked every time
            result = self.known[rival]
            for contender in result["contenders"].values():
                contender["runs"] = []
            return result
        groups = json.loads((ROOT / "bench" / "convert" / rival / "variants.json").read_text())
        result = {"contenders": {}, "lossy": [], "failed": {}}
        # Reading the whole file for its schema first is tried only when sampling loses something:
        # it is the same work and more.
        for group in ("quick", "thorough"):
            if not result["contenders"]:
                self.try_variants(rival, groups.get(group, {}), result)
        return result

    def try_variants(self, rival, variants, result):
        trials = []
        for name, settings in variants.items():
            output = self.output(rival, len(trials))
            run = self.convert(rival, output, settings)
            trials.append({"variant": name, "output": output, **run})
            outcome = run.get("error") or f"{run['seconds']:.2f} s"
            print(f"bench: {self.title()} {rival} [{name}]: {outcome}", file=sys.stderr)
        result["failed"].update({t["variant"]: t["error"] for t in trials if "error" in t})
        fastest = None
        for trial in sorted((t for t in trials if "error" not in t), key=lambda t: t["seconds"]):
            enough = len(result["contenders"]) == 2
            if fastest and (enough or trial["seconds"] > fastest * NEARLY_AS_FAST):
                break
            verdict = self.check(trial["output"])
            if verdict["kept"]:
                fastest = fastest or trial["seconds"]
                settings = variants[trial["variant"]]
                result["contenders"][trial["variant"]] = {"settings": settings, "runs": []}
            else:
                lossy = {key: trial[key] for key in ("variant", "seconds", "bytes_out")}
                result["lossy"].append({**lossy, "summary": verdict["summary"]})
        for trial in trials:
            trial["output"].unlink(missing_ok=True)

    def title(self):
        return f"{self.dataset} x{self.threads}"

    def add_round(self, rival, result):
        for contender in result["contenders"].values():
            output = self.output(rival, 0)
            contender["runs"].append(self.convert(rival, output, contender["settings"]))
            output.unlink(missing_ok=True)

    def output(self, rival, number):
        return SCRATCH / f"{self.dataset}-{rival}-{number}.parquet"

    def convert(self, rival, output, settings):
        """One conversion in a fresh process: its own clock, and the process's time and memory."""
        output.unlink(missing_ok=True)
        script = ROOT / "bench" / "convert" / rival / "convert.py"
        command = [
            sys.executable,
            str(script),
            str(self.source),
            str(output),
            str(self.threads),
            json.dumps(settings),
        ]
        run = run_process(command, self.threads)
        if "error" not in run:
            run["bytes_out"] = output.stat().st_size
        return run

    def check(self, output):
        command = [
            sys.executable,
            str(ROOT / "bench" / "check_values.py"),
            str(self.source),
            str(output),
            str(self.truth),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return {"kept": False, "summary": f"unreadable: {last_line(done.stderr)}"}
        return json.loads(done.stdout)

    def say(self, rival, result):
        best = report.best_run(result)
        speed = (
            f"{self.source.stat().st_size / best['seconds'] / 1e6:.0f} MB/s [{best['variant']}]"
            if best
            else "no variant keeps the values"
        )
        print(f"bench: {self.title()} {rival}: {speed}", file=sys.stderr)


def run_process(command, threads):
    """Runs it on `threads` processors; gives what rival.py prints or {"error"}."""
    environment = {
        **os.environ,
        "POLARS_MAX_THREADS": str(threads),
        "RAYON_NUM_THREADS": str(threads),
        "TOKIO_WORKER_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        **{f"BENCH_{name.upper()}": str(path) for name, path in PROGRAMS.items()},
    }
    processors = ",".join(str(n) for n in sorted(os.sched_getaffinity(0))[-threads:])
    log = SCRATCH / "process.log"
    with open(log, "w+") as errors:
        start = time.perf_counter()
        done = subprocess.run(
            ["timeout", str(TIMEOUT_SECONDS), "taskset", "-c", processors, *command],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        wall = time.perf_counter() - start
    if done.returncode == 124:
        return {"error": f"took longer than {TIMEOUT_SECONDS} s"}
    if done.returncode != 0:
        return {
            "error": last_line(log.read_text(errors="replace")) or f"exit status {done.returncode}"
        }
    return {**json.loads(last_line(done.stdout)), "process_seconds": round(wall, 4)}


def last_line(text):
    lines = [line for line in text.strip().split("\n") if line.strip()]
    return lines[-1][:300] if lines else ""


def warm(path):
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def count_lines(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def measure_walk(path):
    done = subprocess.run(
        [
            "taskset",
            "-c",
            str(sorted(os.sched_getaffinity(0))[-1]),
            str(ROOT / "build" / "bench-walk" / "simdjson_walk"),
            str(path),
            "5",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)["seconds"]


def describe_environment():
    versions = {
        name: importlib.metadata.version(name)
        for name in ["duckdb", "polars", "pyarrow", "chdb", "datafusion"]
    }
    for name, program in PROGRAMS.items():
        if program.exists():
            flag = "version" if name == "varve" else "--version"
            text = subprocess.run([program, flag], capture_output=True, text=True).stdout.strip()
            versions[name] = (re.search(r"\d+\.\d+\.\d+\S*", text) or ["unknown"])[0]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    cpu = open("/proc/cpuinfo").read()
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read())[1]) // 2**20
    features = [
        f for f in ("avx2", "avx512f", "avx512bw", "avx512vbmi") if re.search(rf"\b{f}\b", cpu)
    ]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "commit": commit,
        "cpu": re.search(r"model name\s*: (.*)", cpu)[1],
        "cpus": os.cpu_count(),
        "features": features,
        "memory_gib": memory,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": versions,
    }


def load_results(path):
    return json.loads(path.read_text()) if path.exists() else {"datasets": {}}


def save_results(results):
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "results.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
