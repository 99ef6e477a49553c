"""NDJSON to Parquet with ClickHouse, embedded as chdb."""

import pathlib
import sys

import chdb

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def convert(source, destination, threads, settings):
    options = {
        "max_threads": threads,
        "max_insert_threads": threads,
        "output_format_parquet_compression_method": "'snappy'",
        **settings,
    }
    text = ", ".join(f"{name} = {value}" for name, value in options.items())
    chdb.query(
        f"INSERT INTO FUNCTION file('{destination}', 'Parquet') "
        f"SELECT * FROM file('{source}', 'JSONEachRow') SETTINGS {text}"
    )


if __name__ == "__main__":
    rival.main(convert)
