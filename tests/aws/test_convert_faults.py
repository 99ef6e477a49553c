"""`varve convert` from bucket to bucket over a network and a store that fail: the same values, or a
clear error and nothing left."""

import itertools
import json
import os
import signal
import subprocess
import threading

import fault_proxy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import s3_servers
from conftest import BINARY, run_varve
from s3_bucket import Bucket

BUCKETS = itertools.count()
OPTIONS = ["--partition", "filename-date", "--compression", "none", "--schema", "SCHEMA"]
ROWS = 18_000
TEXT = 1000  # characters of a row: three parts of output, and ranges of input


def is_part(request):
    return request.method == "PUT" and "partNumber" in request.query


def is_begin(request):
    return request.method == "POST" and "uploads" in request.query


def is_completion(request):
    return request.method == "POST" and "uploadId" in request.query


def is_whole_object(request):
    return request.method == "PUT" and not request.query


def is_read(request):
    return request.method == "GET" and request.path.count("/") > 1 and "list-type" not in request.query


@pytest.fixture(scope="module")
def server():
    with s3_servers.versitygw() as env:
        yield env


@pytest.fixture(scope="module")
def lake(server, tmp_path_factory):
    """A bucket with a large and a small file, and their schema."""
    bucket = Bucket(server, "faults-in")
    rows = [{"id": i, "text": os.urandom(TEXT // 2).hex()} for i in range(ROWS)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    small = b"".join(b'{"id": %d, "text": "x"}\n' % i for i in range(ROWS, ROWS + 100))
    bucket.put("in/2025-01-16.ndjson", lines)
    bucket.put("in/2025-01-17.ndjson", small)
    schema = tmp_path_factory.mktemp("schema") / "schema.json"
    schema.write_text(run_varve("schema", "infer", bucket.url("in/2025-01-17.ndjson"),
                                env=server).stdout)
    bucket.schema = schema
    bucket.rows = rows + [{"id": i, "text": "x"} for i in range(ROWS, ROWS + 100)]
    return bucket


@pytest.fixture
def proxy(server):
    with fault_proxy.proxy(server["AWS_ENDPOINT_URL_S3"]) as proxy:
        yield proxy


@pytest.fixture
def s3(server):
    return Bucket(server, f"faults-{next(BUCKETS)}")


def command(lake, s3):
    options = [lake.schema if option == "SCHEMA" else option for option in OPTIONS]
    return ["convert", lake.url("in/"), "-o", s3.url("out/"), *options]


def convert_through(proxy, server, lake, s3):
    return run_varve(*command(lake, s3), env={**server, "AWS_ENDPOINT_URL_S3": proxy.url})


def rows_of(s3):
    tables = [pq.read_table(pa.BufferReader(s3.get(key)), partitioning=None).to_pylist()
              for key in s3.keys("out/")]
    return sorted(itertools.chain(*tables), key=lambda row: row["id"])


def check_complete(run, s3, lake):
    assert run.code == 0, run.stderr
    assert rows_of(s3) == lake.rows
    assert len(s3.keys("out/")) == 2
    assert not s3.has_uploads()


def check_nothing_is_left(run, s3):
    assert run.code == 1
    assert "s3://" in run.stderr and run.stderr.count("\n") == 1
    assert not s3.keys("out/")
    assert not s3.has_uploads()


@pytest.mark.parametrize("fault", fault_proxy.FAULTS)
def test_what_passes_is_repeated(proxy, server, lake, s3, fault):
    proxy.fault = fault_proxy.every(3, fault)
    check_complete(convert_through(proxy, server, lake, s3), s3, lake)
    assert len(proxy.requests) > 20


@pytest.mark.parametrize("fault", ["reset", "500", "throttled"])
@pytest.mark.parametrize("matches", [is_part, is_begin, is_completion, is_whole_object, is_read])
def test_what_stays_fails_and_leaves_nothing(proxy, server, lake, s3, fault, matches):
    proxy.fault = lambda request: fault if matches(request) else None
    check_nothing_is_left(convert_through(proxy, server, lake, s3), s3)


@pytest.mark.parametrize("matches", [is_part, is_begin, is_completion, is_whole_object])
def test_what_was_done_and_not_heard_is_not_done_twice(proxy, server, lake, s3, matches):
    proxy.fault = fault_proxy.first("lost", matches)
    check_complete(convert_through(proxy, server, lake, s3), s3, lake)


def test_an_answer_that_is_always_lost_leaves_nothing_visible(proxy, server, lake, s3):
    """The objects are there each time: they are taken back."""
    proxy.fault = lambda request: "lost" if is_whole_object(request) else None
    check_nothing_is_left(convert_through(proxy, server, lake, s3), s3)


def test_credentials_that_expire_are_asked_for_again(proxy, server, lake, s3):
    proxy.fault = fault_proxy.first("expired", is_part)
    check_complete(convert_through(proxy, server, lake, s3), s3, lake)


def test_credentials_that_stay_expired_fail_the_conversion(proxy, server, lake, s3):
    proxy.fault = lambda request: "expired" if is_part(request) else None
    run = convert_through(proxy, server, lake, s3)
    assert "ExpiredToken" in run.stderr
    check_nothing_is_left(run, s3)


def signalled(proxy, server, lake, s3, number, matches):
    """How a conversion ends that gets a signal at the first request that matches."""
    process, is_known, chosen = None, threading.Event(), fault_proxy.first(True, matches)

    def send(request):
        if chosen(request):
            is_known.wait()
            process.send_signal(number)

    proxy.fault = send
    process = subprocess.Popen([BINARY, *command(lake, s3)], env={
        **os.environ, **server, "AWS_ENDPOINT_URL_S3": proxy.url})
    is_known.set()
    return process.wait()


@pytest.mark.parametrize("matches", [is_read, is_part])
def test_an_interrupt_leaves_nothing(proxy, server, lake, s3, matches):
    assert signalled(proxy, server, lake, s3, signal.SIGINT, matches) == 130
    assert not s3.keys("out/") and not s3.has_uploads()


def test_a_killed_conversion_has_shown_nothing(proxy, server, lake, s3):
    assert signalled(proxy, server, lake, s3, signal.SIGKILL, is_part) == -9
    assert not s3.keys("out/")
