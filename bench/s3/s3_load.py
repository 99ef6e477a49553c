"""Converts the same files on a local disk and from bucket to bucket, in turns; bench/s3/run calls it.

Both write what they wrote before; the best round counts. Processor time is that of the converter's
process, and of the store's while it ran.
"""

import argparse
import concurrent.futures
import gzip
import json
import os
import pathlib
import platform
import random
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/aws"))

import s3_servers  # noqa: E402
from s3_bucket import Bucket  # noqa: E402

VARVE = ROOT / "build/release/varve"
DATA = ROOT / "build/bench-data/s3"
SCRATCH = ROOT / "build/bench-out/s3"
NUMBERS = ROOT / "docs/benchmarks/s3.json"
PAGE = ROOT / "docs/benchmarks/s3.md"
ROWS = 400_000  # of a file: 108 MB
WORDS = "amber birch cedar delta ember fjord grove heath inlet jetty kelp lagoon".split()
GOAL = 0.8
TICKS = os.sysconf("SC_CLK_TCK")


def make_line(rng, number):
    return json.dumps({
        "id": f"{rng.getrandbits(64):016x}", "time": f"2025-01-17T{number % 24:02}:14:15.{number % 1000:03}Z",
        "user": rng.randrange(500_000), "type": rng.choice(WORDS), "amount": rng.random() * 1000,
        "page": f"/{rng.choice(WORDS)}/{rng.choice(WORDS)}/{rng.randrange(5000)}", "ok": number % 7 != 0,
        "device": {"os": rng.choice(WORDS[:4]), "width": rng.choice([390, 412, 1440, 1920]),
                   "agent": f"Mozilla/5.0 ({rng.choice(WORDS)}) {rng.randrange(90)}.{rng.randrange(40)}"},
        "tags": rng.sample(WORDS, rng.randrange(4))})


def make_files(count):
    """The plain and the compressed files; made once."""
    folders = {name: DATA / f"{name}-{count}" for name in ("plain", "gzip")}
    if all(folder.exists() for folder in folders.values()):
        return folders
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    rng = random.Random(1)
    lines = [make_line(rng, i) for i in range(ROWS)]
    for number in range(count):
        begin = ROWS * number // count  # the same lines in another order: no two files are alike
        text = "".join(line + "\n" for line in lines[begin:] + lines[:begin]).encode()
        (folders["plain"] / f"{number}.ndjson").write_bytes(text)
        (folders["gzip"] / f"{number}.ndjson.gz").write_bytes(gzip.compress(text, 1))
    return folders


class Store:
    """versitygw with the files in a bucket."""

    def __init__(self, env, folders):
        self.env, self.bucket = env, Bucket(env, "bench")
        [self.pid] = [int(pid) for pid in os.listdir("/proc") if pid.isdigit()
                      and is_child(pid) and b"versitygw" in read(f"/proc/{pid}/cmdline")]
        for name, folder in folders.items():
            for path in folder.iterdir():
                self.bucket.client.upload_file(str(path), "bench", f"{name}/{path.name}")

    def cpu_seconds(self):
        fields = read(f"/proc/{self.pid}/stat").rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def read(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


def is_child(pid):
    fields = read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return len(fields) > 1 and int(fields[1]) == os.getpid()


def convert(source, output, threads, store):
    """One conversion; what it took."""
    command = [VARVE, "convert", source, "-o", output, "--overwrite", "--threads", str(threads), "--json"]
    server_before, start = store.cpu_seconds(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **store.env})
    summary = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    assert status == 0, summary
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory_bytes": usage.ru_maxrss * 1024,
            "store_cpu": store.cpu_seconds() - server_before, "rows": summary["rows"],
            "bytes_in": summary["bytes_in"], "bytes_out": summary["bytes_out"]}


def measure(options):
    # By another process: what this one has held would count as its children's peak memory.
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        folders, rows = pool.submit(make_files, options.files).result(), []
    with s3_servers.versitygw() as env:
        store = Store(env, folders)
        for name, folder in folders.items():
            for threads in options.threads:
                rounds = {"local": [], "s3": []}
                for _ in range(options.rounds):
                    rounds["local"].append(convert(folder, SCRATCH / name, threads, store))
                    rounds["s3"].append(convert(store.bucket.url(f"{name}/"), store.bucket.url(f"out/{name}/"),
                                                threads, store))
                best = {place: min(runs, key=lambda run: run["seconds"]) for place, runs in rounds.items()}
                rows.append({"input": name, "threads": threads, **best})
                print(describe(rows[-1]), file=sys.stderr, flush=True)
    version = subprocess.run([VARVE, "version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return {"rows": rows, "rounds": options.rounds, "files": options.files, "varve": version,
            "machine": machine(), "day": time.strftime("%Y-%m-%d")}


def machine():
    names = [line.partition(b":")[2].strip().decode() for line in read("/proc/cpuinfo").splitlines()
             if line.startswith(b"model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} processors"


def share(row):
    return row["local"]["seconds"] / row["s3"]["seconds"]


def describe(row):
    local, s3 = row["local"], row["s3"]
    speed = [f"{run['bytes_in'] / run['seconds'] / 1e6:,.0f} MB/s" for run in (local, s3)]
    return (f"| {row['input']} | {row['threads']} | {local['seconds']:.2f} s, {speed[0]} | "
            f"{s3['seconds']:.2f} s, {speed[1]} | {share(row):.0%} | {local['cpu']:.2f} s | {s3['cpu']:.2f} s | "
            f"{s3['store_cpu']:.2f} s | {local['memory_bytes'] / 1e6:.0f} MB | {s3['memory_bytes'] / 1e6:.0f} MB |")


def page(numbers):
    rows = numbers["rows"]
    sizes = {row["input"]: row["local"]["bytes_in"] / 1e6 for row in rows}
    table = "\n".join(describe(row) for row in rows)
    return f"""# From bucket to bucket

`varve convert s3://… -o s3://…` beside the same conversion on a local disk: the same files, the same
threads, in turns, the best of {numbers["rounds"]} rounds. `bench/s3/run` measures everything on this page and writes it.

{numbers["machine"]}, {numbers["day"]}; {numbers["varve"]}. The store is versitygw {s3_servers.VERSITYGW.rpartition("@")[2]} on the same machine, so
that it takes its share of the same processors; on AWS it would not. Input: {numbers["files"]} files,
{sizes["plain"]:,.0f} MB plain, {sizes["gzip"]:,.0f} MB with gzip; output: {rows[0]["local"]["bytes_out"] / 1e6:,.0f} MB of Parquet.

| input | threads | local | S3 | S3 of local | CPU local | CPU S3 | CPU of the store | memory local | memory S3 |
|---|---|---|---|---|---|---|---|---|---|
{table}

Goal: at least {GOAL:.0%} of the local throughput. Where processors are left for the store: {"met" if met(rows) else "not met"}. With
as many threads as processors, converter and store compete for them: together they need
(CPU S3 + CPU of the store) / {os.cpu_count()} seconds at least, whatever the converter does.
"""


def met(rows):
    return all(share(row) >= GOAL for row in rows if row["threads"] < (os.cpu_count() or 1))


def main():
    parser = argparse.ArgumentParser(prog="bench/s3/run")
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2])
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    if not options.report:
        NUMBERS.write_text(json.dumps(measure(options), indent=1) + "\n")
    PAGE.write_text(page(json.loads(NUMBERS.read_text())))


if __name__ == "__main__":
    main()
