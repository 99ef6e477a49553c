"""The Spark job with varve's own engine: the rows, bad lines and accounting of one machine."""

import gzip
import json
import os

import pytest
from batch import BATCH, STAGING, Batch, assert_same_rows, contents, lines, tables
from conftest import BINARY
from oracle.oracle import Settings, check
from session import spark  # noqa: F401, a fixture

# Types that only all files together decide; one task has a small file of each day.
FILES = {
    "2025-01-17-a.ndjson": lines(
        *({"id": i, "exact": i, "wide": i, "when": f"2025-01-17T00:00:{i:02}Z", "e": {},
           "mixed": i, "tags": ["é"] * (i % 3), "u": {"n": i}} for i in range(40)),
        {"id": 2**53 + 1, "text": 2**70}),
    "2025-01-17-b.ndjson": lines(
        *({"id": i / 4, "exact": i / 8, "wide": 2**63 + i, "when": "2025-01-18", "e": {"x": None},
           "mixed": {"a": [1.0, "\u2028"]}} for i in range(30)),
        {"text": "02134", "late": {"a": {"b": [{"c": None}, {"c": 1}]}}}),
    "2025-01-18-c.ndjson": b'\xef\xbb\xbf{"id": 1}\r\n\r\n[1]\n{"id" : 1,"id":2}\n{"mixed": [ 1 ]}',
}


def batch_of(root, files, **options):
    batch = Batch(root, **options)
    for name, data in files.items():
        packed = name.endswith(".gz")
        batch.add(name, gzip.compress(data) if packed else data, "gzip" if packed else "none")
    return batch


def summary_of(result, folder):
    """As `varve convert --json` would say it, for the oracle."""
    counts = [sum(column) for column in zip(*(each["counts"] for each in result["outcomes"]))]
    data = [output for output in result["outputs"] if not output["quarantine"]]
    listed = [{"path": str(folder / output["final"].removeprefix("lake/")),
               "rows": output["rows"], "bytes": output["bytes"]} for output in data]
    bad = [str(folder / output["final"].removeprefix("lake/"))
           for output in result["outputs"] if output["quarantine"]]
    return {**dict(zip(("lines", "rows", "quarantined", "blank"), counts)), "numbers_rounded": 0,
            "outputs": listed, "quarantine": bad}


def test_rows_are_those_of_pythons_json(spark, tmp_path, monkeypatch):
    batch = batch_of(tmp_path, {**FILES, "2025-01-18-d.ndjson.gz": lines(*(
        {"id": i, "new": "x"} for i in range(100)))})
    result = batch.run(spark, "--task-bytes", 900)
    folder = batch.published(result, tmp_path / "out")
    monkeypatch.chdir(batch.inputs)
    settings = Settings(partition_of=lambda ref, _: f"year=2025/month=01/day={ref.file[8:10]}",
                        root=str(folder))
    inputs = sorted(file["key"] for file in batch.files)
    assert check(inputs, summary_of(result, folder), settings) == []
    assert result["missing"] == []


@pytest.mark.parametrize("task_bytes", [400, 3000, 1 << 20])
def test_ranges_give_what_one_machine_gives(spark, tmp_path, task_bytes):
    long = lines({"s": "x" * 3000}) + b"bad\n\n" + lines({"s": "é" * 40}) * 4
    files = {**FILES, "2025-01-18-e.ndjson": long + b"\x1f\x8b\x08\n\xef\xbb\xbf{}\n" + long[:-1]}
    batch = batch_of(tmp_path, files)
    result = batch.run(spark, "--task-bytes", task_bytes)
    one = batch.on_one_machine(tmp_path / "one", *files)
    folder = batch.published(result, tmp_path / "out")
    assert_same_rows(folder, tmp_path / "one")
    bad = f"_quarantine/{BATCH}.ndjson"
    assert (folder / bad).read_bytes() == (tmp_path / "one" / bad).read_bytes()
    lines_of = {each["file"][1]: each["counts"] for each in result["outcomes"]}
    assert sum(counts[1] for counts in lines_of.values()) == one["rows"]
    assert lines_of["2025-01-18-e.ndjson"] == [16, 10, 4, 2]
    parts = sorted(path.name for path in folder.rglob("day=18/*.parquet"))
    assert parts == [f"part-{i:05d}-{BATCH}.snappy.parquet" for i in range(len(parts))]


def test_bad_files_fail_alone(spark, tmp_path):
    batch = batch_of(tmp_path, FILES)
    batch.add("2025-01-17-allbad.ndjson", b"no\njson\n")
    batch.add("2025-01-17-cut.ndjson.gz", gzip.compress(lines({"only": "here"}) * 99)[:50], "gzip")
    batch.add("2025-01-17-gone.ndjson", b"{}\n").unlink()
    replaced = batch.add("2025-01-17-replaced.ndjson", b"{}\n")
    replaced.unlink()
    replaced.write_bytes(lines({"id": "another version"}))
    result = batch.run(spark)
    folder = batch.published(result, tmp_path / "out")
    batch.on_one_machine(tmp_path / "one", *FILES, "2025-01-17-allbad.ndjson")
    assert_same_rows(folder, tmp_path / "one")

    assert batch.outcome(result, "2025-01-17-allbad.ndjson")["counts"] == [2, 0, 2, 0]
    assert batch.outcome(result, "2025-01-17-allbad.ndjson")["error"] == ""
    cut = batch.outcome(result, "2025-01-17-cut.ndjson.gz")
    assert cut["error"].startswith("truncated_gzip: 2025-01-17-cut.ndjson.gz")
    assert cut["counts"] == [0, 0, 0, 0]
    assert '"only"' not in result["schema"]
    gone = ["2025-01-17-gone.ndjson", "2025-01-17-replaced.ndjson"]
    assert result["missing"] == [batch.ref(name) for name in gone]
    assert all(batch.outcome(result, name)["error"] for name in gone)
    assert [each["file"][1] for each in result["outcomes"]] == \
        [file["key"] for file in batch.files]


def test_a_split_file_that_goes_fails_as_a_whole(spark, tmp_path):
    batch = batch_of(tmp_path, FILES)
    batch.add("2025-01-17-gone.ndjson", lines({"only": "there"}) * 100).unlink()
    result = batch.run(spark, "--task-bytes", 500)
    assert result["missing"] == [batch.ref("2025-01-17-gone.ndjson")]
    assert sum(output["rows"] for output in result["outputs"]) == 74


def test_nothing_left_to_convert(spark, tmp_path):
    schema = {"varve_schema": 1, "fields": [{"name": "id", "type": "int64"}]}
    batch = Batch(tmp_path, schema=schema)
    batch.add("2025-01-17-gone.ndjson", b"{}\n").unlink()
    batch.add("2025-01-17-blank.ndjson", b"\n \n")
    result = batch.run(spark)
    assert result["outputs"] == []
    assert json.loads(result["schema"]) == schema
    assert batch.outcome(result, "2025-01-17-blank.ndjson")["counts"] == [2, 0, 0, 2]


def test_a_repeated_job_makes_the_same_bytes(spark, tmp_path):
    batch = batch_of(tmp_path, FILES)
    first = batch.run(spark, "--task-bytes", 1000)
    made = contents(batch.lake)
    assert batch.run(spark, "--task-bytes", 1000) == first
    assert contents(batch.lake) == made
    assert made[STAGING + "result.json"]


DIES = {
    "before it reads": 'kill -9 $$',
    "when all is written": f'"{BINARY}" "$@" >/dev/null; kill -9 $$',
    "with its Python": 'kill -9 $PPID; kill -9 $$',
}


@pytest.mark.parametrize("death", DIES.values(), ids=DIES.keys())
def test_killed_tasks_are_tried_again(spark, tmp_path, death):
    """mkdir succeeds once a task: of every task the first try dies, the second is let through."""
    batch = batch_of(tmp_path, FILES)
    expected = batch.run(spark, "--task-bytes", 1000)
    made = contents(batch.lake)
    marks = tmp_path / "marks"
    marks.mkdir()
    varve = tmp_path / f"varve-{abs(hash(death))}"
    varve.write_text(f"""#!/bin/bash
task=$(mktemp); cat >"$task"
files=$(grep -o '"bytes": [^}}]*\\|"name": "[^"]*' "$task" | md5sum | cut -c1-32)
if grep -q '"path"' "$task" && mkdir {marks}/$files 2>/dev/null; then
  exec <"$task"; rm "$task"
  set -- "$@"; {death}
fi
exec <"$task"; rm "$task"
exec "{BINARY}" "$@"
""")
    varve.chmod(0o755)
    assert batch.run(spark, "--task-bytes", 1000, "--varve", varve) == expected
    assert len(list(marks.iterdir())) >= 3
    assert contents(batch.lake) == made


def test_a_job_that_cannot_go_on_commits_nothing(spark, tmp_path):
    batch = batch_of(tmp_path, FILES)
    varve = tmp_path / "varve-broken"
    varve.write_text("#!/bin/sh\necho 'disk full' >&2; exit 1\n")
    with pytest.raises(Exception, match="disk full"):
        batch.run(spark, "--varve", varve)
    assert not batch.lake.exists()
    with pytest.raises(FileNotFoundError, match="--varve"):
        batch.run(spark, "--varve", tmp_path / "nowhere")


def test_settings_of_the_pipeline_count(spark, tmp_path):
    schema = {"varve_schema": 1, "fields": [{"name": "n", "key": "id", "type": "int64"}]}
    rows = lines({"id": 1}, {"id": "x"}, {"id": 2, "more": True})
    strict = Batch(tmp_path / "strict", {"source-column": "true", "compression": "zstd"},
                   schema, pinned=True)
    strict.add("2025-01-17-a.ndjson", rows)
    result = strict.run(spark, "--task-bytes", 5)
    assert strict.outcome(result, "2025-01-17-a.ndjson")["counts"] == [3, 1, 2, 0]
    assert json.loads(result["schema"]) == schema
    (table,) = tables(strict.published(result, tmp_path / "strict/out")).values()
    assert table.to_pylist() == [{"n": 1, "_source": "2025-01-17-a.ndjson", "_line": 1}]
    assert result["outputs"][0]["final"].endswith(f"part-00000-{BATCH}.zstd.parquet")

    rescue = Batch(tmp_path / "rescue", {"mode": "rescue", "partition": "arrival"}, schema)
    rescue.add("2025-01-17-a.ndjson", rows)
    result = rescue.run(spark)
    assert json.loads(result["schema"]) == schema
    found = tables(rescue.published(result, tmp_path / "rescue/out"))
    assert list(found) == ["year=2025/month=01/day=20"]  # the manifest's day
    assert found["year=2025/month=01/day=20"]["_rescued"].to_pylist() == \
        [None, '{"id":"x"}', '{"more":true}']

    limited = Batch(tmp_path / "limited", {"max-errors": "1"})
    limited.add("2025-01-17-a.ndjson", rows + b"1\n2\n")
    limited.add("2025-01-17-b.ndjson", rows + b"1\n")
    result = limited.run(spark, "--task-bytes", 10)
    assert limited.outcome(result, "2025-01-17-a.ndjson")["error"].startswith("too_many_errors")
    assert limited.outcome(result, "2025-01-17-b.ndjson")["counts"] == [4, 3, 1, 0]


def test_partitions_by_column_are_numbered_on(spark, tmp_path):
    batch = Batch(tmp_path, {"partition": "column:p"})
    for day in (17, 18):
        batch.add(f"2025-01-{day}.ndjson", lines(*({"p": i % 2, "d": day} for i in range(20))))
    result = batch.run(spark, "--task-bytes", 200)
    found = tables(batch.published(result, tmp_path / "out"))
    assert [[row["d"] for row in found[f"p={p}"].to_pylist()] for p in (0, 1)] == \
        [[17] * 10 + [18] * 10] * 2
    assert {os.path.basename(output["final"]) for output in result["outputs"]} == \
        {f"part-0000{i}-{BATCH}.snappy.parquet" for i in range(4)}
