"""The pipeline on AWS from end to end: files in, typed rows out, every line accounted for."""

import gzip
import io
import json

import pyarrow.parquet as parquet
import pytest
from bench import PIPELINE, bench

DAY = "2025-01-17"
BAD_LINE = b'{"id": 900, "broken": \n'


def rows_of(number):
    return [{"id": number * 100 + i, "name": f"n{number}-{i}", "big": 2**53 + number,
             **({"late": True} if number == 7 and i == 9 else {})} for i in range(10)]


def lines(rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_read(rows):
    """What the output has of them: the bench casts a column to text."""
    return [{**row, "big": str(row["big"])} for row in rows]


def put_files(up):
    """25 files, and one that is not to be converted; the rows they hold."""
    s3 = up.client("s3")
    s3.put_object(Bucket="landing", Key=f"in/{DAY}-other-suffix.jsonl", Body=lines(rows_of(98)))
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
        expected += as_read(rows)
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


def all_rows_are_there(up):
    return len(output_rows(up)) >= len(up.expected)


@pytest.fixture(scope="module")
def drained(tmp_path_factory):
    """A bench through which the 25 files have gone, with a poison message among their events."""
    with bench(tmp_path_factory.mktemp("aws")) as up:
        up.expected = put_files(up)
        up.client("sqs").send_message(QueueUrl=up.queue, MessageBody="poison")
        up.drain(lambda: all_rows_are_there(up))
        yield up


def test_every_row_is_there_once(drained):
    assert output_rows(drained) == sorted(drained.expected, key=lambda row: row["id"])


def test_manifests_name_each_file_once(drained):
    names = []
    for key in keys(drained, "manifests", "manifests/"):
        manifest = json.loads(read(drained, "manifests", key))
        assert manifest["pipeline"] == PIPELINE
        assert key == f"manifests/{manifest['batch']}.json"
        names += [file["key"] for file in manifest["files"]]
    assert len(names) == len(set(names)) == 25


def test_every_line_is_accounted_for(drained):
    counts = [0, 0, 0, 0]
    for key in keys(drained, "manifests", "results/"):
        for outcome in json.loads(read(drained, "manifests", key))["result"]["outcomes"]:
            assert outcome["error"] == ""
            lines_, rows, quarantined, blank = outcome["counts"]
            assert lines_ == rows + quarantined + blank
            counts = [total + one for total, one in zip(counts, outcome["counts"])]
    assert counts == [len(drained.expected) + 4, len(drained.expected), 4, 0]


def test_bad_lines_are_kept_for_people(drained):
    records = [json.loads(line) for key in keys(drained, "lake", "pipeline/output/_quarantine/")
               for line in read(drained, "lake", key).splitlines()]
    assert len(records) == 4
    assert all(record["raw"].encode() + b"\n" == BAD_LINE for record in records)


def test_nothing_is_left_over(drained):
    assert keys(drained, "lake", "_varve/") == []
    assert {run["status"] for run in drained.executions()} == {"SUCCEEDED"}
    queue = drained.client("sqs").get_queue_attributes(QueueUrl=drained.queue,
                                                       AttributeNames=["All"])["Attributes"]
    assert queue["ApproximateNumberOfMessages"] == "0"


def test_poison_is_a_dead_letter_with_its_reason(drained):
    letters = drained.client("sqs").receive_message(
        QueueUrl=drained.dead, MessageAttributeNames=["All"], MaxNumberOfMessages=10,
        VisibilityTimeout=0)["Messages"]
    assert [letter["Body"] for letter in letters] == ["poison"]
    reason = letters[0]["MessageAttributes"]["varve-reason"]["StringValue"]
    assert reason == "not an S3 event: the body is not JSON"


def test_dead_letters_are_listed_and_put_back(drained):
    [letter] = drained.ask_json("dlq", "list")
    assert (letter["body"], letter["reason"]) == ("poison",
                                                  "not an S3 event: the body is not JSON")
    assert "poison" in drained.ask("dlq", "show", letter["id"])
    assert drained.ask_json("dlq", "redrive", letter["id"])[0]["redriven"] == 1
    assert drained.ask_json("dlq", "list") == []
    assert drained.ask_json("status")[0]["queue"]["visible"] == 1
    assert drained.poll() == 1  # it is buried once more, as the same letter
    assert drained.ask_json("dlq", "list")[0]["id"] == letter["id"]
    assert drained.ask_json("dlq", "redrive", "--all")[0]["redriven"] == 1
    assert drained.poll() == 1


def test_operators_see_what_was_done(drained):
    [status] = drained.ask_json("status")
    assert status["files"]["completed"]["files"] == 25
    assert status["rows"] == len(drained.expected)
    assert len(drained.ask_json("files", "--quarantined")) == 2
    batches = drained.ask_json("batches", "--status", "completed")
    assert len(batches) == len(drained.executions())
    key = f"in/{DAY}-file005 +ü.ndjson"
    [life] = drained.ask_json("explain", f"s3://landing/{key}")
    assert (life["key"], life["versions"][0]["quarantined"]) == (key, 1)
    assert any("_quarantine/" in output for output in life["versions"][0]["outputs"])
    assert "all good" in drained.ask("verify")
    assert "agree" in drained.ask("reconcile")
    assert "late" in drained.ask("schema", "show")


def test_metrics_are_in_the_log(drained):
    rows = 0
    for line in (drained.folder / "commit.log").read_bytes().splitlines():
        record = json.loads(line) if line.startswith(b"{") else {}
        rows += record.get("varve_rows_total", 0)
        if "_aws" in record:
            assert record["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "varve"
    assert rows == len(drained.expected)


def test_reprocessing_replaces_rows(drained):
    before = keys(drained, "lake", "pipeline/output/")
    runs = len(drained.executions())
    [report] = drained.ask_json("reprocess", "--file", f"in/{DAY}-file000 +ü.ndjson")
    assert len(report["batches"]) == 1
    assert len(drained.executions()) == runs + 1
    drained.wait_for_all()
    assert keys(drained, "lake", "pipeline/output/") == before
    assert output_rows(drained) == sorted(drained.expected, key=lambda row: row["id"])
    [batch] = [batch for batch in drained.ask_json("batches") if batch["batch"] in report["batches"]]
    assert (batch["state"], batch["reruns"]) == ("completed", 1)


def test_events_that_come_again_change_nothing(drained):
    before = keys(drained, "manifests", "")
    body = json.dumps({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "landing"},
               "object": {"key": f"in/{DAY}-file000+%2B%C3%BC.ndjson", "size": 1, "eTag": "x"}}}]})
    for _ in range(3):
        drained.client("sqs").send_message(QueueUrl=drained.queue, MessageBody=body)
    drained.drain(lambda: True)
    assert keys(drained, "manifests", "") == before


def test_what_cannot_be_read_fails_alone_and_tells_people(drained):
    """A corrupt stream beside good files: they are converted, it is given up, SNS says so."""
    s3, good = drained.client("s3"), rows_of(70)
    s3.put_object(Bucket="landing", Key=f"in/{DAY}-corrupt.ndjson.gz",
                  Body=gzip.compress(lines(rows_of(71)))[:-9])
    s3.put_object(Bucket="landing", Key=f"in/{DAY}-good.ndjson", Body=lines(good))
    drained.expected += as_read(good)
    sqs, alerts = drained.client("sqs"), []

    def told():
        received = sqs.receive_message(QueueUrl=drained.alerts, MaxNumberOfMessages=10)
        alerts.extend(json.loads(message["Body"]) for message in received.get("Messages", []))
        return any("corrupt" in alert["Message"] for alert in alerts)

    drained.drain(told)
    alert = next(alert for alert in alerts if "corrupt" in alert["Message"])
    assert "retry" in alert["Message"]
    assert alert["Subject"].startswith("varve orders: ")
    assert output_rows(drained) == sorted(drained.expected, key=lambda row: row["id"])


def test_a_failed_file_is_retried_at_once(drained):
    """By an execution of its own; it fails once more, and says so."""
    key = f"in/{DAY}-corrupt.ndjson.gz"
    [failed] = drained.ask_json("files", "--status", "failed")
    assert failed["key"] == key
    runs = len(drained.executions())
    assert drained.ask_json("retry", f"s3://landing/{key}")[0] == {
        "pipeline": PIPELINE, "retried": 1, "started": 1}
    assert len(drained.executions()) == runs + 1
    drained.wait_for_all()
    [life] = drained.ask_json("explain", key)
    events = life["versions"][0]["events"]
    assert any(event["detail"] == "retried by a person" for event in events)
    assert len([event for event in events if event["state"] == "claimed"]) == 3
    assert life["versions"][0]["attempts"] == 1 and "gzip" in life["versions"][0]["error"]


def test_what_waits_is_planned_with_its_cost(drained):
    drained.client("s3").put_object(Bucket="landing", Key=f"in/{DAY}-last.ndjson",
                                    Body=lines(rows_of(72)))
    drained.poll()
    [status] = drained.ask_json("status")
    assert status["files"]["pending"]["files"] >= 1
    [plan] = drained.ask_json("plan")
    assert (plan["pending"], plan["unknown"]) == (status["files"]["pending"]["files"], None)
    assert plan["cost"]["files"] == plan["pending"]
    costs = plan["cost"]["engines"]
    assert costs["glue"]["dollars"] > costs["lambda"]["dollars"] > 0
    assert "vCPU" in drained.ask("plan")


def test_large_batches_are_converted_by_spark(tmp_path):
    """The same files by Glue's job on real Spark: the same rows and the same names."""
    with bench(tmp_path, glue_above_bytes=1) as up:
        up.expected = put_files(up)
        up.drain(lambda: all_rows_are_there(up))
        assert output_rows(up) == sorted(up.expected, key=lambda row: row["id"])
        runs = up.client("glue").get_job_runs(JobName="varve-orders")["JobRuns"]
        assert {run["JobRunState"] for run in runs} == {"SUCCEEDED"}
        assert len(runs) == len(up.executions())
        assert keys(up, "lake", "_varve/") == []
