"""The pipeline on AWS from end to end: files in, typed rows out, every line accounted for."""

import gzip
import io
import json

import pyarrow.parquet as parquet
import pytest
from bench import PIPELINE, bench
from conftest import BINARY

DAY = "2025-01-17"
BAD_LINE = b'{"id": 900, "broken": \n'


def rows_of(number):
    return [{"id": number * 100 + i, "name": f"n{number}-{i}", "big": 2**53 + number,
             **({"late": True} if number == 7 and i == 9 else {})} for i in range(10)]


def lines(rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def put_files(up):
    """25 files; the rows they hold."""
    s3 = up.client("s3")
    expected = []
    for number in range(25):
        rows, key = rows_of(number), f"in/{DAY}-file{number:03} +ü.ndjson"
        body = lines(rows)
        if number == 3:
            key, body = key + ".gz", gzip.compress(body)
        elif number == 5:
            body = BAD_LINE + body
        elif number == 8:
            rows, body = [], BAD_LINE * 3
        elif number == 11:
            s3.put_object(Bucket="landing", Key=key, Body=lines(rows_of(99)))  # overwritten below
        s3.put_object(Bucket="landing", Key=key, Body=body)
        expected += rows
    return expected


def keys(up, bucket, prefix):
    listed = up.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def read(up, bucket, key):
    return up.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def output_rows(up):
    rows = []
    for key in keys(up, "lake", "pipeline/output/year=2025/month=01/day=17/"):
        table = parquet.read_table(io.BytesIO(read(up, "lake", key)))
        rows += [{name: value for name, value in row.items() if value is not None}
                 for row in table.to_pylist()]
    return sorted(rows, key=lambda row: row["id"])


def items(up, **wanted):
    found = up.client("dynamodb").scan(TableName="varve-orders")["Items"]
    return [item for item in found
            if all(item.get(name) == value for name, value in wanted.items())]


@pytest.fixture(scope="module")
def drained(tmp_path_factory):
    """A bench through which the 25 files have gone, with a poison message among their events."""
    with bench(tmp_path_factory.mktemp("aws")) as up:
        up.expected = put_files(up)
        up.client("sqs").send_message(QueueUrl=up.queue, MessageBody="poison")
        up.drain(lambda: len(output_rows(up)) >= len(up.expected))
        yield up


def test_every_row_is_there_once(drained):
    assert output_rows(drained) == sorted(drained.expected, key=lambda row: row["id"])
