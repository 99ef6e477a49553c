"""`varve convert` and `varve schema infer` with s3:// URLs: the same as with local files."""

import gzip
import itertools
import json
import os

import pyarrow.parquet as pq
import pytest
import s3_servers
from conftest import convert, run_varve
from s3_bucket import Bucket

BUCKETS = itertools.count()
DAYS = ["2025-01-16", "2025-01-17"]


@pytest.fixture(scope="module")
def server():
    with s3_servers.versitygw() as env:
        yield env


@pytest.fixture
def s3(server):
    """A client of a new bucket."""
    return Bucket(server, f"bucket-{next(BUCKETS)}")


@pytest.fixture
def lake(tmp_path):
    """Local files, one of them compressed and one with a bad line."""
    folder = tmp_path / "in"
    folder.mkdir()
    for day in DAYS:
        lines = [json.dumps({"id": i, "day": day, "x": i / 7, "n": {"a": "é" * (i % 5)}})
                 for i in range(3000)]
        (folder / f"{day}.ndjson").write_text("\n".join(lines) + "\n")
    (folder / "2025-01-18 a+b.ndjson.gz").write_bytes(
        gzip.compress(b'{"id": 1, "day": "x"}\n{"id": \n'))
    return folder


def upload(s3, folder, prefix):
    for path in folder.iterdir():
        s3.put(prefix + path.name, path.read_bytes())


def download(s3, prefix, folder):
    for key in s3.keys(prefix):
        path = folder / key.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get(key))


def rows(folder):
    return {str(path.relative_to(folder)): pq.read_table(path, partitioning=None).to_pylist()
            for path in sorted(folder.rglob("*.parquet"))}


def test_bucket_to_bucket_is_as_local(s3, server, lake, tmp_path):
    upload(s3, lake, "in/")
    args = ["--partition", "filename-date", "--batch", "b1"]
    local = convert([lake], tmp_path / "local", *args)
    remote = convert([s3.url("in/")], s3.url("out/"), *args, env=server)
    for count in ("files", "lines", "rows", "quarantined", "blank", "bytes_in"):
        assert remote[count] == local[count]
    assert all(output["path"].startswith(s3.url("out/")) for output in remote["outputs"])
    assert remote["quarantine"] == [s3.url("out/_quarantine/b1.ndjson")]
    download(s3, "out/", tmp_path / "remote")
    assert rows(tmp_path / "remote") == rows(tmp_path / "local")
    assert set(s3.keys("out/")) == {
        f"out/{path.relative_to(tmp_path / 'local')}"
        for path in (tmp_path / "local").rglob("*") if path.is_file()}
    bad = json.loads(s3.get("out/_quarantine/b1.ndjson").splitlines()[0])
    assert s3.url("in/2025-01-18 a+b.ndjson.gz") in json.dumps(bad)


def test_single_objects_globs_and_local_files_together(s3, server, lake, tmp_path):
    upload(s3, lake, "in/deep/")
    sources = [s3.url("in/**/2025-01-16*"), lake / "2025-01-17.ndjson",
               s3.url("in/deep/2025-01-17.ndjson")]
    summary = convert(sources, tmp_path / "out", env=server)
    assert (summary["files"], summary["rows"]) == (3, 9000)
    schema = run_varve("schema", "infer", s3.url("in/deep/2025-01-16.ndjson"), env=server)
    assert schema.code == 0
    assert schema.stdout == run_varve("schema", "infer", lake / "2025-01-16.ndjson").stdout


# "+" and " " and "%" are where escaping of queries, paths and forms differ.
@pytest.mark.parametrize("name", [
    "a b", "day=1/x+y", "it's (1)", "a:b&c,d;e", "100%", "%41", "~", "ümläut", "🪨", "x../b.."])
def test_hard_keys_that_another_client_wrote(s3, server, tmp_path, name):
    s3.put(f"in/{name}.ndjson", b'{"a": 1}\n')
    output = s3.url(f"out {name}/x.parquet")
    convert([s3.url("in/")], output, "--source-column", env=server)
    keys = s3.keys(f"out {name}/")
    assert keys == [f"out {name}/x.parquet"]
    (tmp_path / "x.parquet").write_bytes(s3.get(keys[0]))
    [row] = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert row["_source"] == s3.url(f"in/{name}.ndjson")


def test_many_small_objects_and_a_large_one(s3, server, tmp_path):
    line = json.dumps({"id": 1, "text": "x" * 90}) + "\n"
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(150):
        (folder / f"{i:04}.ndjson").write_text(line * (i + 1))
    (folder / "large.ndjson").write_text(line * 300_000)  # read ahead, in ranges
    upload(s3, folder, "in/")
    local = convert([folder], tmp_path / "local", "--source-column")
    remote = convert([s3.url("in/")], tmp_path / "remote", "--source-column", env=server)
    assert remote["rows"] == local["rows"] == 150 * 151 // 2 + 300_000
    tables = [pq.read_table(tmp_path / name / "part-00000.snappy.parquet").drop(["_source"])
              for name in ("local", "remote")]
    assert tables[0].equals(tables[1])


def test_one_file_and_overwrite(s3, server, lake):
    upload(s3, lake, "in/")
    source, output = s3.url("in/2025-01-16.ndjson"), s3.url("out/x.parquet")
    convert([source], output, env=server)
    refused = run_varve("convert", source, "-o", output, env=server)
    assert refused.code == 1
    assert "--overwrite" in refused.stderr and output in refused.stderr
    convert([source], output, "--overwrite", env=server)
    assert s3.keys("out/") == ["out/x.parquet"]


def test_overwrite_replaces_older_files(s3, server, lake):
    upload(s3, lake, "in/")
    convert([s3.url("in/")], s3.url("out/"), "--batch", "old", env=server)
    again = [s3.url("in/2025-01-16.ndjson")], s3.url("out")
    refused = run_varve("convert", *again[0], "-o", again[1], env=server)
    assert refused.code == 1 and "already holds Parquet files" in refused.stderr
    convert(*again, "--overwrite", env=server)
    assert s3.keys("out/") == ["out/part-00000.snappy.parquet"]


def test_a_dry_run_writes_nothing(s3, server, lake):
    upload(s3, lake, "in/")
    summary = convert([s3.url("in/")], s3.url("out/"), "--dry-run", env=server)
    assert summary["outputs"][0]["path"].startswith(s3.url("out/"))
    assert not s3.keys("out/")


def test_what_is_refused(s3, server, lake):
    upload(s3, lake, "in/")
    inside = run_varve("convert", s3.url("in/"), "-o", s3.url("in/out"), env=server)
    assert inside.code == 2 and "inside the input" in inside.stderr
    nothing = run_varve("convert", s3.url("none/"), "-o", s3.url("out"), env=server)
    assert nothing.code == 1 and s3.url("none/") in nothing.stderr
    bucket = run_varve("convert", "s3://no-such-bucket/x/", "-o", s3.url("out"), env=server)
    assert bucket.code == 1 and "check the bucket's name" in bucket.stderr
    wrong = {**server, "AWS_SECRET_ACCESS_KEY": "wrong"}
    denied = run_varve("convert", s3.url("in/"), "-o", s3.url("out"), env=wrong)
    assert denied.code == 1 and "check the credentials" in denied.stderr
    none = {**server, "AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    anonymous = run_varve("convert", s3.url("in/"), "-o", s3.url("out"), env=none)
    assert anonymous.code == 1
    assert "no AWS credentials: the environment (AWS_ACCESS_KEY_ID is not set)" in anonymous.stderr


def test_nothing_is_written_to_a_disk(s3, server, lake, tmp_path):
    """Many partitions, small files and a large one: all of it goes to the bucket from memory."""
    upload(s3, lake, "in/")
    env = {**server, "TMPDIR": str(tmp_path / "there-is-none")}
    convert([s3.url("in/")], s3.url("out/"), "--partition", "filename-date", env=env)
    assert len(s3.keys("out/")) == 4


def test_partitions_by_a_column(s3, server, lake, tmp_path):
    upload(s3, lake, "in/")
    args = ["--partition", "column:day"]
    convert([lake], tmp_path / "local", *args)
    convert([s3.url("in/")], s3.url("out/"), *args, env={**server, "TMPDIR": str(tmp_path)})
    download(s3, "out/", tmp_path / "remote")
    assert rows(tmp_path / "remote") == rows(tmp_path / "local")
    assert not list(tmp_path.glob("varve*"))


def test_more_small_files_than_are_kept(s3, server, tmp_path):
    """What does not fit into memory becomes uploads of one part."""
    folder = tmp_path / "in"
    folder.mkdir()
    for day in range(1, 22):
        lines = [json.dumps({"id": day, "text": os.urandom(2000).hex()}) for _ in range(1000)]
        (folder / f"2025-01-{day:02}.ndjson").write_text("\n".join(lines) + "\n")
    args = ["--partition", "filename-date", "--compression", "none"]
    convert([folder], tmp_path / "local", *args)
    convert([folder], s3.url("out/"), *args, env=server)
    assert not s3.has_uploads()
    download(s3, "out/", tmp_path / "remote")
    assert rows(tmp_path / "remote") == rows(tmp_path / "local")
