"""NDJSON to Parquet with json2parquet, a program on arrow-rs; it has one thread."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def make_command(source, destination, threads, settings):
    return [
        os.environ["BENCH_JSON2PARQUET"],
        "--compression",
        "snappy",
        *settings.get("arguments", []),
        source,
        destination,
    ]


if __name__ == "__main__":
    rival.main_program(make_command)
