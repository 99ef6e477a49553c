"""NDJSON to Parquet with DuckDB."""

import pathlib
import sys

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def convert(source, destination, threads, settings):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    if settings.get("keep_order") is False:
        connection.execute("SET preserve_insertion_order = false")
    reader = "".join(f", {name} = {value}" for name, value in settings.get("reader", {}).items())
    writer = "".join(f", {name} {value}" for name, value in settings.get("writer", {}).items())
    connection.execute(
        f"COPY (SELECT * FROM read_ndjson_auto('{source}'{reader})) TO '{destination}' "
        f"(FORMAT parquet, COMPRESSION snappy{writer})"
    )
    connection.close()


if __name__ == "__main__":
    rival.main(convert)
