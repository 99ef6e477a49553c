"""The pipeline on AWS from end to end: files in, typed rows out, every line accounted for."""

import gzip
import json

import pytest
from bench import PIPELINE, TABLE, bench, kept_log
from conftest import run_varve
from scenario import (
    BAD_LINE,
    BAD_LINES,
    CASTS,
    DAY,
    FILES,
    SUFFIXES,
    all_rows_are_there,
    as_read,
    expected_rows,
    lines,
    manifests,
    output_rows,
    put_files,
    rows_in,
    rows_of,
    writes,
)


@pytest.fixture(scope="module")
def drained():
    """A bench through which the 25 files have gone, with a poison message among their events."""
    with bench(kept_log("lambda")) as up:
        up.expected = put_files(up)
        up.client("sqs").send_message(QueueUrl=up.queue, MessageBody="poison")
        up.drain(lambda: all_rows_are_there(up))
        yield up
        up.keep_histories()


def test_every_row_is_there_once(drained):
    assert output_rows(drained) == expected_rows()


def test_manifests_name_each_file_once(drained):
    names = []
    for key in drained.keys("manifests", "manifests/"):
        manifest = json.loads(drained.read("manifests", key))
        assert manifest["pipeline"] == PIPELINE
        assert key == f"manifests/{manifest['batch']}.json"
        names += [file["key"] for file in manifest["files"]]
    assert len(names) == len(set(names)) == FILES


def what_is_the_same_anywhere(manifest):
    """A manifest without what depends on the place and the moment."""
    own = {"batch", "created", "schema_version", "output_prefix", "files"}
    files = [{name: value for name, value in file.items() if name not in ("bucket", "version")}
             for file in manifest["files"]]
    return {name: manifest[name] for name in manifest if name not in own}, list(manifest), files


def flags(name, values):
    return [word for value in values for word in (name, value)]


def test_one_machine_makes_the_same(drained, tmp_path):
    """The same files through `varve run` on directories: the same rows, manifests and bad lines."""
    for key, body in writes():
        path = tmp_path / "landing" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    output = tmp_path / "lake"
    run = run_varve("run", tmp_path / "landing", output, "--once", "--listen", "none", "--name",
                    PIPELINE, "--prefix", "in/", "--output-prefix", "pipeline/output",
                    "--settle-time", "0", *flags("--cast", CASTS), *flags("--suffixes", SUFFIXES))
    assert run.code == 3, "there are bad lines"

    day = output / "pipeline/output/year=2025/month=01/day=17"
    assert rows_in(path.read_bytes() for path in day.iterdir()) == output_rows(drained)

    here = [json.loads(path.read_bytes()) for path in output.rglob("manifests/*/*.json")]
    mine, theirs = [[what_is_the_same_anywhere(manifest) for manifest in all_of_them]
                    for all_of_them in (here, manifests(drained))]
    assert {str(part[:2]) for part in mine} == {str(part[:2]) for part in theirs}
    by_key = [sorted((file for _, _, files in part for file in files), key=lambda f: f["key"])
              for part in (mine, theirs)]
    assert by_key[0] == by_key[1]

    local = [json.loads(line) for path in output.rglob("_quarantine/*.ndjson")
             for line in path.read_bytes().splitlines()]
    kept = [[{name: record[name] for name in record if name not in ("file", "source", "time")}
             for record in records] for records in (local, quarantined(drained))]
    assert sorted(map(str, kept[0])) == sorted(map(str, kept[1]))


def test_every_line_is_accounted_for(drained):
    counts = [0, 0, 0, 0]
    for key in drained.keys("manifests", "results/"):
        for outcome in json.loads(drained.read("manifests", key))["result"]["outcomes"]:
            assert outcome["error"] == ""
            lines_, rows, quarantined, blank = outcome["counts"]
            assert lines_ == rows + quarantined + blank
            counts = [total + one for total, one in zip(counts, outcome["counts"])]
    rows = len(expected_rows())
    assert counts == [rows + BAD_LINES, rows, BAD_LINES, 0]


def quarantined(up):
    return [json.loads(line) for key in up.keys("lake", "pipeline/output/_quarantine/")
            for line in up.read("lake", key).splitlines()]


def test_bad_lines_are_kept_for_people(drained):
    records = quarantined(drained)
    assert len(records) == BAD_LINES
    assert all(record["raw"].encode() + b"\n" == BAD_LINE for record in records)


def test_nothing_is_left_over(drained):
    assert drained.keys("lake", "_varve/") == []
    assert {run["status"] for run in drained.executions()} == {"SUCCEEDED"}
    assert drained.failed_invocations == 0
    queue = drained.client("sqs").get_queue_attributes(QueueUrl=drained.queue,
                                                       AttributeNames=["All"])["Attributes"]
    assert queue["ApproximateNumberOfMessages"] == "0"


def test_where_reconciling_has_come_to_outlives_the_process(drained):
    found = drained.client("dynamodb").get_item(TableName=TABLE, Key={
        "pk": {"S": f"execution#{PIPELINE}/reconcile"}, "sk": {"S": "execution"}})
    assert "Item" in found


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
    assert rows == len(expected_rows())


def test_reprocessing_replaces_rows(drained):
    before = drained.keys("lake", "pipeline/output/")
    runs = len(drained.executions())
    [report] = drained.ask_json("reprocess", "--file", f"in/{DAY}-file000 +ü.ndjson")
    assert len(report["batches"]) == 1
    assert len(drained.executions()) == runs + 1
    drained.wait_for_all()
    assert drained.keys("lake", "pipeline/output/") == before
    assert output_rows(drained) == expected_rows()
    [batch] = [batch for batch in drained.ask_json("batches") if batch["batch"] in report["batches"]]
    assert (batch["state"], batch["reruns"]) == ("completed", 1)


def test_events_that_come_again_change_nothing(drained):
    before = drained.keys("manifests", "")
    body = json.dumps({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "landing"},
               "object": {"key": f"in/{DAY}-file000+%2B%C3%BC.ndjson", "size": 1, "eTag": "x"}}}]})
    for _ in range(3):
        drained.client("sqs").send_message(QueueUrl=drained.queue, MessageBody=body)
    drained.drain(lambda: True)
    assert drained.keys("manifests", "") == before


def test_what_cannot_be_read_fails_alone_and_tells_people(drained):
    """A corrupt stream beside good files: they are converted, it is given up, SNS says so."""
    s3, good = drained.client("s3"), rows_of(70)
    s3.put_object(Bucket="landing", Key=f"in/{DAY}-corrupt.ndjson.gz",
                  Body=gzip.compress(lines(rows_of(71)))[:-9])
    s3.put_object(Bucket="landing", Key=f"in/{DAY}-good.ndjson", Body=lines(good))
    sqs, alerts = drained.client("sqs"), []

    def told():
        received = sqs.receive_message(QueueUrl=drained.alerts, MaxNumberOfMessages=10)
        alerts.extend(json.loads(message["Body"]) for message in received.get("Messages", []))
        return any("corrupt" in alert["Message"] for alert in alerts)

    drained.drain(told)
    alert = next(alert for alert in alerts if "corrupt" in alert["Message"])
    assert "retry" in alert["Message"]
    assert alert["Subject"].startswith("varve orders: ")
    assert output_rows(drained) == expected_rows() + as_read(good)


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


def test_large_batches_are_converted_by_spark():
    """The same files by Glue's job on real Spark: the same rows and the same names."""
    with bench(kept_log("glue"), glue_above_bytes=1) as up:
        up.expected = put_files(up)
        up.drain(lambda: all_rows_are_there(up))
        up.keep_histories()
        assert output_rows(up) == expected_rows()
        runs = up.client("glue").get_job_runs(JobName="varve-orders")["JobRuns"]
        assert {run["JobRunState"] for run in runs} == {"SUCCEEDED"}
        assert len(runs) == len(up.executions())
        assert up.keys("lake", "_varve/") == []
