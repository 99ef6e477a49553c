"""The job from S3 to S3, as moto plays it: exactly the versions that the manifest names."""

import gzip
import json
import os

import boto3
import pytest
from batch import STAGING, Batch, assert_same_rows, lines
from conftest import BINARY
from moto.server import ThreadedMotoServer
from session import spark_session


SETTINGS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1"}


@pytest.fixture(scope="module")
def s3():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    settings = {**SETTINGS, "AWS_ENDPOINT_URL": "http://%s:%d" % server.get_host_and_port()}
    before = dict(os.environ)
    os.environ.update(settings)  # for the driver; executors get them from the session
    yield boto3.client("s3")
    os.environ.clear()
    os.environ.update(before)
    server.stop()


@pytest.fixture(scope="module")
def spark(s3):
    told = {f"spark.executorEnv.{key}": value for key, value in os.environ.items()
            if key.startswith("AWS_")}
    with spark_session(**told) as session:
        yield session


def make_bucket(s3, name, versioned):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def run_on_s3(s3, spark, batch, bucket, names, *arguments):
    """`batch.files` come from `bucket` under the given (key, version)s; the result, checked."""
    import varve_job
    batch.write()
    document = json.loads(batch.document.read_text())
    for file, (key, version) in zip(document["manifest"]["files"], names):
        file.update(bucket=bucket, key=key, version=version)
    document["output"] = f"s3://{bucket}/lake/"
    document["staging"] = f"s3://{bucket}/{STAGING}"
    s3.put_object(Bucket=bucket, Key=STAGING + "job.json", Body=json.dumps(document))
    result = varve_job.run(spark, varve_job.parse_arguments(
        ["--document", f"s3://{bucket}/{STAGING}job.json", "--varve", str(BINARY), *arguments]))
    written = s3.get_object(Bucket=bucket, Key=STAGING + "result.json")["Body"].read()
    assert json.loads(written) == result
    for output in result["outputs"]:
        path = batch.lake / output["staged"]
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, output["staged"], str(path))
    return result


def put(s3, bucket, key, data, versioned):
    answer = s3.put_object(Bucket=bucket, Key=key, Body=data)
    return key, answer["VersionId"] if versioned else answer["ETag"].strip('"')


FILES = {"2025-01-17-a.ndjson": lines(*({"id": i, "s": "é" * (i % 40)} for i in range(300))),
         "2025-01-17-b.ndjson.gz": gzip.compress(lines({"id": 0.5, "late": 1}) + b"bad\n"),
         "2025-01-18-c d+ü.ndjson": b"\n" + lines({"long": "x" * 5000}, {"id": 2})[:-1]}


@pytest.mark.parametrize("versioned", [True, False], ids=["version ids", "etags"])
@pytest.mark.parametrize("task_bytes", ["700", "1000000"])
def test_s3_gives_what_one_machine_gives(s3, spark, tmp_path, versioned, task_bytes):
    bucket = make_bucket(s3, f"in-{versioned}-{task_bytes}".lower(), versioned)
    batch, names = Batch(tmp_path), []
    for key, data in FILES.items():
        batch.add(key, data, "gzip" if key.endswith("gz") else "none")
        names.append(put(s3, bucket, key, data, versioned))
    result = run_on_s3(s3, spark, batch, bucket, names, "--task-bytes", task_bytes)
    folder = batch.published(result, tmp_path / "out")
    batch.on_one_machine(tmp_path / "one", *FILES)
    assert_same_rows(folder, tmp_path / "one")
    assert [each["counts"] for each in result["outcomes"]] == [[300, 300, 0, 0], [2, 1, 1, 0],
                                                               [3, 2, 0, 1]]
    assert [each["file"] for each in result["outcomes"]] == [[bucket, *name] for name in names]


@pytest.mark.parametrize("versioned", [True, False], ids=["version ids", "etags"])
def test_no_other_version_is_read(s3, spark, tmp_path, versioned):
    bucket = make_bucket(s3, f"over-{versioned}".lower(), versioned)
    batch, names = Batch(tmp_path), []
    for key in ("2025-01-17-kept", "2025-01-17-over", "2025-01-17-gone"):
        batch.add(key, lines({"n": 1}))
        names.append(put(s3, bucket, key, lines({"n": 1}), versioned))
    put(s3, bucket, "2025-01-17-over", lines({"n": 2}, {"n": 3}), versioned)
    gone = {"VersionId": names[2][1]} if versioned else {}
    s3.delete_object(Bucket=bucket, Key="2025-01-17-gone", **gone)
    result = run_on_s3(s3, spark, batch, bucket, names)
    counts = [each["counts"][1] for each in result["outcomes"]]
    assert counts == ([1, 1, 0] if versioned else [1, 0, 0])  # old versions stay only where kept
    assert result["missing"] == [[bucket, *name] for name in names[len(names) - counts.count(0):]]
    assert sum(output["rows"] for output in result["outputs"]) == sum(counts)
