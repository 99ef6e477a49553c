"""NDJSON to snappy Parquet on Spark, three ways: the same files, session and processors, one run.

varve's native engine; Spark's own reader, which like varve has to find the schema out; Spark's own
reader that is told the schema. Rounds are interleaved, the page cache is warm, the best one counts.
Spark's start is not measured, nor is its first job: a small round before warms the JVM up.
"""

import argparse
import datetime
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

from pyspark.sql import SparkSession

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "spark"))
import varve_job  # noqa: E402, it is on the path only now

DATA, SCRATCH = ROOT / "build/bench-data/spark", ROOT / "build/bench-out/spark"
FILES = 8
WARM_UP_MEGABYTES = 8
TARGET = 5
PAGE = """# On Spark

`bench/spark/run` measures everything on this page and writes it: {megabytes} MB of NDJSON, an
application's nested event log in {files} plain files, to snappy Parquet, by `local[{cores}]`. The same
files, the same session, the same processors; {rounds} interleaved rounds, page cache warm, the best
one counts. Starting Spark is not included.

{cpu}, {cores} processors, {date}; Spark {spark}, varve {varve}.

| | time | input | rows | output |
|---|---|---|---|---|
{rows}

The native engine ([docs/spark.md](../spark.md)) beside Spark's own reader, both of which have to find
the schema out: {ratio:.1f} times as fast; at least {target} times: {verdict}. Beside Spark's reader when
that is told the schema, as varve is not: {told:.1f} times.

Spark's reader is lenient and lossy where varve is not: what it does not understand becomes null, of
mixed types it keeps some text, integers beyond 64 bits become doubles. Here no line is of that kind.
"""


def event(chance, number):
    day = f"2025-01-{1 + number % 28:02}"
    return {
        "id": f"{chance.getrandbits(64):016x}", "seq": number,
        "at": f"{day}T{number % 24:02}:{number % 60:02}:{number % 59:02}.{number % 1000:03}Z",
        "type": chance.choice(["view", "click", "search", "purchase", "error"]),
        "user": {"id": chance.randrange(50_000), "country": chance.choice(["DE", "BR", "US", "JP"]),
                 "plan": chance.choice(["free", "pro", None])},
        "page": f"/shop/item-{chance.randrange(3000)}?ref={chance.randrange(40)}",
        "ms": round(chance.expovariate(1 / 120), 3), "ok": chance.random() < 0.97,
        "tags": chance.sample(["beta", "mobile", "eu", "promo", "größe"], chance.randrange(4)),
        "items": [{"sku": f"SKU-{chance.randrange(900)}", "qty": chance.randrange(1, 5),
                   "price": chance.randrange(100, 90_000) / 100}
                  for _ in range(chance.randrange(3))]}


def make_files(megabytes):
    """Folder of the files, made once."""
    folder = DATA / f"{megabytes}mb"
    if folder.exists():
        return folder
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    number = 0
    for index in range(FILES):
        chance = random.Random(index)
        with open(partial / f"events-{index}.ndjson", "w", encoding="utf-8") as file:
            while file.tell() < megabytes * 1_000_000 // FILES:
                file.writelines(json.dumps(event(chance, number + i), ensure_ascii=False) + "\n"
                                for i in range(1000))
                number += 1000
    partial.rename(folder)
    return folder


def warm(folder):
    for path in folder.iterdir():
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass


def write_document(folder):
    files = [{"bucket": str(folder), "key": path.name, "version": "",
              "size_bytes": path.stat().st_size, "compression": "none",
              "partition_date": "2025-01-17"} for path in sorted(folder.iterdir())]
    manifest = {"varve_manifest": 1, "pipeline": "bench", "batch": "2025-01-17/batch-0001",
                "created": "2025-01-17T00:00:00.000000Z", "schema_version": 0,
                "output_prefix": "", "files": files}
    SCRATCH.mkdir(parents=True, exist_ok=True)
    path = SCRATCH / "job.json"
    path.write_text(json.dumps({
        "version": 1, "job": "bench", "manifest": manifest, "schema": None, "pinned": False,
        "convert": {"partition": "none", "compression": "snappy"}, "output": f"{SCRATCH}/lake/",
        "staging": f"{SCRATCH}/_varve/staging/bench/"}))
    return path


def run_varve(spark, folder):
    document = write_document(folder)
    return lambda: varve_job.run(spark, varve_job.parse_arguments(
        ["--document", str(document), "--varve", str(ROOT / "build/release/varve")]))


def run_spark(spark, folder, schema=None):
    def run():
        reader = spark.read.schema(schema) if schema else spark.read
        reader.json(str(folder)).write.option("compression", "snappy").parquet(
            str(SCRATCH / "lake"))
    return run


def measure(run):
    for name in ("lake", "_varve"):
        shutil.rmtree(SCRATCH / name, ignore_errors=True)
    started = time.monotonic()
    run()
    return time.monotonic() - started


def written(spark):
    """(rows, bytes) of what lies there."""
    paths = [path for path in SCRATCH.rglob("*.parquet") if path.is_file()]
    rows = spark.read.parquet(*map(str, paths)).count()
    return rows, sum(path.stat().st_size for path in paths)


def contest(spark, folder, rounds):
    """{name: {"seconds", "rows", "bytes"}} in the order of the page."""
    schema = spark.read.json(str(folder)).schema
    runs = {"varve, native engine": run_varve(spark, folder),
            "Spark's reader": run_spark(spark, folder),
            "Spark's reader, told the schema": run_spark(spark, folder, schema)}
    results = {name: {"seconds": float("inf")} for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            result = results[name]
            result["seconds"] = min(result["seconds"], measure(run))
            result["rows"], result["bytes"] = written(spark)
    if len({result["rows"] for result in results.values()}) != 1:
        raise RuntimeError(f"not the same rows: {results}")
    return results


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.partition(":")[2].strip() for line in file
                     if line.startswith("model name")), "unknown processor")


def page_of(results, size, cores, rounds, spark):
    varve, inferring, told = (result["seconds"] for result in results.values())
    rows = "\n".join(
        f"| {name} | {result['seconds']:.1f} s | {size / result['seconds'] / 1e6:.0f} MB/s | "
        f"{result['rows']:,} | {result['bytes'] / 1e6:.0f} MB |" for name, result in results.items())
    version = subprocess.run([ROOT / "build/release/varve", "version", "--json"], check=True,
                             capture_output=True, text=True)
    facts = json.loads(version.stdout)
    return PAGE.format(
        megabytes=f"{size / 1e6:.0f}", files=FILES, cores=cores, rounds=rounds, rows=rows,
        cpu=cpu_name(), date=datetime.date.today(), spark=spark.version, target=TARGET,
        varve=f"{facts['version']} ({facts['commit']})", ratio=inferring / varve,
        told=told / varve, verdict="met" if inferring / varve >= TARGET else "**missed**")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--page", type=pathlib.Path, default=ROOT / "docs/benchmarks/spark.md")
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    spark = (SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
             .config("spark.ui.showConsoleProgress", "false")
             .config("spark.driver.memory", "4g").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    contest(spark, make_files(WARM_UP_MEGABYTES), 1)
    folder = make_files(arguments.megabytes)
    warm(folder)
    results = contest(spark, folder, arguments.rounds)
    size = sum(path.stat().st_size for path in folder.iterdir())
    arguments.page.write_text(page_of(results, size, cores, arguments.rounds, spark))
    print(arguments.page.read_text())


if __name__ == "__main__":
    main()
