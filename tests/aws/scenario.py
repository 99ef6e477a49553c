"""25 files with a bit of everything, and what must become of them, wherever the pipeline runs."""

import gzip
import io
import json

import pyarrow.parquet as parquet

DAY = "2025-01-17"
CASTS, SUFFIXES = ["big=string"], [".ndjson", ".ndjson.gz"]
BAD_LINE = b'{"id": 900, "broken": \n'
BAD_LINES = 4
FILES = 25


def rows_of(number):
    return [{"id": number * 100 + i, "name": f"n{number}-{i}", "big": 2**53 + number,
             **({"late": True} if number == 7 and i == 9 else {})} for i in range(10)]


def lines(rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_read(rows):
    """What the output has of them, with the casts."""
    return [{**row, "big": str(row["big"])} for row in rows]


def writes(files=FILES):
    """(key, content), in the order of writing; one key is written twice, one is not to be read."""
    yield f"in/{DAY}-other-suffix.jsonl", lines(rows_of(98))
    for number in range(files):
        key, body = f"in/{DAY}-file{number:03} +ü.ndjson", lines(rows_of(number))
        if number == 3:
            key, body = key + ".gz", gzip.compress(body)
        elif number == 5:
            body = BAD_LINE + body
        elif number == 8:
            body = BAD_LINE * 3
        elif number == 11:
            yield key, lines(rows_of(99))
        yield key, body


def expected_rows(files=FILES):
    return [row for number in range(files) if number != 8 for row in as_read(rows_of(number))]


def put_files(up, files=FILES):
    """The first of them, all if not told, into a bench's input bucket; the rows they hold."""
    for key, body in writes(files):
        up.client("s3").put_object(Bucket="landing", Key=key, Body=body)
    return expected_rows(files)


def rows_in(contents):
    """The rows of Parquet files, without nulls, by id."""
    rows = [{name: value for name, value in row.items() if value is not None}
            for content in contents for row in parquet.read_table(io.BytesIO(content)).to_pylist()]
    return sorted(rows, key=lambda row: row["id"])


def output_rows(up):
    prefix = "pipeline/output/year=2025/month=01/day=17/"
    return rows_in(up.read("lake", key) for key in up.keys("lake", prefix))


def all_rows_are_there(up):
    return len(output_rows(up)) >= len(up.expected)


def manifests(up):
    return [json.loads(up.read("manifests", key)) for key in up.keys("manifests", "manifests/")]
