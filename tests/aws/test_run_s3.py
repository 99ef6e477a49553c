"""`varve run` from bucket to bucket on one machine, with its state in a directory and in a table.

Values are compared with what Python's json says of the source.
"""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import dynamodb_server
import pytest
from bench import KEYS, REGION, process, wait_until
from conftest import BINARY, run_varve
from harness import wait_until as wait_until_true
from s3_bucket import Bucket
from s3_servers import answers, free_port
from scenario import DAY, lines, rows_in

BAD_LINE = b"{\n"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    """The environment in which S3, SQS and DynamoDB are servers of this machine."""
    folder, port = tmp_path_factory.mktemp("moto"), free_port()
    moto = f"http://127.0.0.1:{port}"
    program = Path(__file__).with_name("moto_server.py")
    with dynamodb_server.serving() as dynamo, \
            process([sys.executable, program, str(port)], folder / "moto.log"):
        wait_until(lambda: answers(moto + "/moto-api/"), "moto")
        yield {**KEYS, "AWS_ENDPOINT_URL": moto, "AWS_ENDPOINT_URL_S3": moto,
               "AWS_ENDPOINT_URL_DYNAMODB": dynamo}


class Buckets:
    """A pair of buckets, a place for state, and what must be in the output."""

    def __init__(self, cloud, name, state):
        self.env, self.state, self.expected = cloud, state, []
        self.source, self.lake = Bucket(cloud, f"{name}-in"), Bucket(cloud, f"{name}-out")
        self.input, self.output = self.source.url("events/"), self.lake.url("lake/")

    def client(self, service):
        return boto3.client(service, endpoint_url=self.env["AWS_ENDPOINT_URL"], region_name=REGION,
                            aws_access_key_id="test", aws_secret_access_key="test")

    def put(self, first, count):
        for number in range(first, first + count):
            rows = [{"id": number * 100 + i, "name": f"ü{number}-{i}", "big": 2**53 + number,
                     "deep": {"list": [i, None]}, **({"late": i / 8} if number == 5 else {})}
                    for i in range(20)]
            body = lines(rows)
            key = f"events/{DAY}-{number:03} +ü.ndjson"
            if number == 3:
                key, body = key + ".gz", gzip.compress(body)
            elif number == 4:
                body = BAD_LINE + body
            self.source.put(key, body)
            self.expected += rows

    def args(self, *flags):
        return ["run", self.input, self.output, "--state", self.state, "--listen", "none", *flags]

    def once(self, *flags, code=0):
        run = run_varve(*self.args("--once", "--json", *flags), env=self.env)
        assert run.code == code, run.stderr
        return json.loads(run.stdout)

    def ask(self, *command):
        run = run_varve(*command, "--state", self.state, env=self.env)
        assert run.code == 0, run.stderr
        return run.stdout

    def check(self):
        """Every value is there, once."""
        keys = self.lake.keys("lake/year=2025/month=01/day=17/")
        assert rows_in(map(self.lake.get, keys)) == self.expected
        assert self.lake.keys("_varve/staging/") == []


@pytest.fixture(params=["directory", "table"])
def buckets(request, cloud, tmp_path):
    is_table = request.param == "table"
    return Buckets(cloud, request.param, "dynamodb://run-s3" if is_table else str(tmp_path / "state"))


def test_once_drains_what_a_listing_finds(buckets):
    buckets.put(0, 25)
    report = buckets.once(code=3)
    assert (report["files"], report["files_waiting"]) == (25, 0)
    assert (report["lines"], report["rows"], report["quarantined"]) == (501, 500, 1)
    buckets.check()
    [record] = [json.loads(line) for key in buckets.lake.keys("lake/_quarantine/")
                for line in buckets.lake.get(key).splitlines()]
    assert record["raw"].encode() + b"\n" == BAD_LINE
    before = buckets.lake.keys()
    manifests = [json.loads(buckets.lake.get(key)) for key in buckets.lake.keys("_varve/main/manifests/")]
    assert sum(len(manifest["files"]) for manifest in manifests) == 25
    assert buckets.once()["batches"] == 0
    assert buckets.lake.keys() == before
    buckets.put(25, 1)
    assert buckets.once()["files"] == 1
    buckets.check()
    # The commands beside it are told of the state, and of nothing else.
    assert json.loads(buckets.ask("status", "--json"))["files"]["completed"]["files"] == 26
    key = f"events/{DAY}-004 +ü.ndjson"
    url = buckets.source.url(key)
    [version] = json.loads(buckets.ask("explain", "--json", url))["versions"]
    assert (version["state"], version["quarantined"]) == ("completed", 1)
    assert version["outputs"][0].startswith("lake/year=2025/")
    assert "all good" in buckets.ask("verify")
    assert "agree" in buckets.ask("reconcile")


def test_a_queue_tells_and_another_process_goes_on(cloud):
    buckets = Buckets(cloud, "queue", "dynamodb://run-queue")
    sqs = buckets.client("sqs")
    queue, dead = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("told", "told-dead"))
    buckets.source.client.put_bucket_notification_configuration(
        Bucket=buckets.source.name, NotificationConfiguration={"QueueConfigurations": [
            {"QueueArn": f"arn:aws:sqs:{REGION}:123456789012:told",
             "Events": ["s3:ObjectCreated:*"]}]})
    flags = ["--queue-url", queue, "--dead-letter-queue-url", dead, "--max-wait", "200ms",
             "--scan-interval", "1h"]

    def completed():
        status = run_varve("status", "--json", "--state", buckets.state, env=buckets.env)
        return status.code == 0 and json.loads(status.stdout)["files"].get(
            "completed", {"files": 0})["files"]

    def serve():
        return subprocess.Popen([BINARY, *buckets.args(*flags)], env={**os.environ, **buckets.env},
                                stderr=subprocess.DEVNULL)

    first = serve()
    wait_until_true(lambda: completed() is not False, "the table knows the pipeline")
    buckets.put(0, 12)
    wait_until_true(lambda: completed() == 12, "the first files are complete")
    first.kill()
    first.wait()
    buckets.put(12, 12)
    sqs.send_message(QueueUrl=queue, MessageBody="poison")
    second = serve()
    wait_until_true(lambda: completed() == 24, "all files are complete")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    buckets.check()
    [letter] = [json.loads(line) for line in buckets.ask("dlq", "list", "--json").splitlines()]
    assert letter["body"] == "poison" and "not an S3 event" in letter["reason"]


def test_what_does_not_go_together_is_said(cloud, tmp_path):
    def refused(*args):
        run = run_varve("run", *args, "--once", env=cloud)
        assert run.code == 2, run.stderr
        return run.stderr

    places = ["s3://bucket/in/", "s3://bucket/out/"]
    assert "--state DIR" in refused(*places)
    assert "inside each other" in refused("s3://bucket/in/", "s3://bucket/in/out/",
                                          "--state", tmp_path / "state")
    assert "names no bucket" in refused("s3://", places[1], "--state", tmp_path / "state")
    (tmp_path / "in").mkdir()
    assert "is for an input in S3" in refused(tmp_path / "in", tmp_path / "out", "--queue-url", "x")
    nobody = run_varve("status", "--state", "dynamodb://no-such-table", env=cloud)
    assert nobody.code == 1 and "there is no table no-such-table in us-east-1" in nobody.stderr
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    anonymous = run_varve("status", "--state", "dynamodb://run-s3", env={**cloud, **nobody})
    assert anonymous.code == 1 and "no table" not in anonymous.stderr
    assert "AWS_ACCESS_KEY_ID" in anonymous.stderr
