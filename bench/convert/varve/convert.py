"""NDJSON to Parquet with varve."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def make_command(source, destination, threads, settings):
    return [
        os.environ["BENCH_VARVE"],
        "convert",
        source,
        "-o",
        destination,
        "--threads",
        str(threads),
        "--overwrite",
        "--json",
        *settings.get("arguments", []),
    ]


if __name__ == "__main__":
    rival.main_program(make_command)
