"""`varve run --once`: what is there is drained, and every value of it arrives."""

import json
import os
import pathlib
import shutil
from collections import defaultdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from harness import Pipeline, numbered, put
from samples import DAYS, EXAMPLES, as_type, rows_of, same, sample_files


def copy_examples(pipeline):
    for path in sample_files():
        shutil.copy(path, pipeline.input)


def rows_by_source(pipeline, day):
    """{file: its rows in the order of its lines} of what was written for a day."""
    year, month, number = day.split("-")
    rows = defaultdict(list)
    for path in sorted((pipeline.output / f"year={year}/month={month}/day={number}").glob("*.parquet")):
        table = pq.read_table(path, partitioning=None)
        row_type = pa.struct([field for field in table.schema if not field.name.startswith("_")])
        for row in table.to_pylist():
            source, line = row.pop("_source"), row.pop("_line")
            rows[source].append((line, row, row_type))
    return rows


@pytest.mark.parametrize("files_max", [90, 5])
def test_examples_value_by_value(tmp_path, files_max):
    pipeline = Pipeline(tmp_path, "--source-column", "true", "--max-files", files_max,
                        "--min-files", 5)
    copy_examples(pipeline)
    pipeline.once(code=3)
    for day in DAYS:
        written = rows_by_source(pipeline, day)
        for path in sample_files():
            if not path.name.startswith(day):
                continue
            expected = rows_of(path)[0]
            read = written.pop(path.name)
            assert [line for line, *_ in read] == sorted(line for line, *_ in read)
            assert len(read) == len(expected), path.name
            for row, (_, seen, row_type) in zip(expected, read):
                if seen.get("note") is not None and isinstance(row.get("note"), (dict, list)):
                    seen["note"] = json.loads(seen["note"])
                elif seen.get("note") is not None and seen["note"].startswith('"'):
                    seen["note"] = json.loads(seen["note"])
                wanted = as_type(row, row_type)
                assert same(wanted, seen), f"{path.name}\nwanted {wanted}\nread   {seen}"
        assert not written
    expected_bad = {(path.name, line) for path in sample_files() for line in rows_of(path)[1]}
    assert {(bad["file"], bad["line"]) for bad in pipeline.quarantined()} == expected_bad
    pipeline.check()
    batches = pipeline.json_lines("batches", "--limit", 0)
    assert len(batches) == -(-12 // files_max)
    assert {key for batch in batches for key in batch["files"]} == {p.name for p in sample_files()}
    manifests = sorted((pipeline.output / "_varve/manifests").rglob("*.json"))
    assert [path.name for path in manifests] == [f"batch-{n:04}.json" for n in
                                                 range(1, len(batches) + 1)]


def test_again_does_nothing_and_overwriting_is_a_new_version(tmp_path):
    pipeline = Pipeline(tmp_path)
    put(pipeline.input, "a.ndjson", numbered("a", 3))
    pipeline.once()
    before = {path: path.read_bytes() for path in pipeline.parquet()}
    pipeline.once()
    assert {path: path.read_bytes() for path in pipeline.parquet()} == before
    assert len(pipeline.json_lines("batches")) == 1

    put(pipeline.input, "a.ndjson", numbered("a2", 4))
    pipeline.once()
    versions = pipeline.explain("a.ndjson")["versions"]
    assert [version["rows"] for version in versions] == [4, 3]
    assert len(pipeline.rows()) == 7
    pipeline.check()


def test_nothing_there(tmp_path):
    pipeline = Pipeline(tmp_path)
    run = pipeline.once()
    assert "0 files" in run.stdout
    assert pipeline.files() == []
    pipeline.check()


ODD_KEYS = ["a b+c%20.ndjson", "%2e%2e%2fx.ndjson", "deep/er/2025-01-17.ndjson", "😀.ndjson",
            "<script>alert(1)</script>.ndjson", "line\nbreak.ndjson", "tab\there.ndjson",
            "esc\x1b[31m.ndjson", "quote\"s'.ndjson", "-dash.ndjson", "back\\slash.ndjson"]


def test_odd_names(tmp_path):
    pipeline = Pipeline(tmp_path, "--log", "json")
    for key in ODD_KEYS:
        put(pipeline.input, key, numbered(key, 2))
    raw = os.fsencode(pipeline.input) + b"/not-utf8-\xff.ndjson"
    pathlib.Path(os.fsdecode(raw)).write_bytes(b"{}\n")
    run = pipeline.once()
    for line in run.stderr.splitlines():
        json.loads(line)
    assert {row["file"] for row in pipeline.rows()} == set(ODD_KEYS)
    for key in ODD_KEYS:
        assert pipeline.state_of(key) == "completed"
    text = pipeline.command("files").stdout + pipeline.command("explain", "esc\x1b[31m.ndjson").stdout
    assert "\x1b" not in text
    pipeline.check()
    assert not (tmp_path / "x.ndjson").exists()


def test_unfinished_and_foreign_names_are_left_alone(tmp_path):
    pipeline = Pipeline(tmp_path)
    for key in [".hidden.ndjson", "_private.ndjson", "x.ndjson.tmp", "x.ndjson.part",
                "x.ndjson.crdownload", "notes.txt", "_folder/x.ndjson"]:
        put(pipeline.input, key, numbered(key, 1))
    put(pipeline.input, "x.ndjson", numbered("x", 1))
    pipeline.once()
    assert [file["key"] for file in pipeline.files()] == ["x.ndjson"]


def test_poison_fails_alone_and_can_be_retried(tmp_path):
    pipeline = Pipeline(tmp_path, "--attempts-max", 2, "--backoff", "1ms", "--backoff-max", "1ms")
    for n in range(4):
        put(pipeline.input, f"good-{n}.ndjson", numbered(f"good-{n}", 5))
    put(pipeline.input, "poison.ndjson.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\3 cut off")
    pipeline.once(code=3)
    assert len(pipeline.rows()) == 20
    assert pipeline.state_of("poison.ndjson.gz") == "failed"
    told = pipeline.command("explain", "poison.ndjson.gz").stdout
    assert "gzip" in told and "varve retry" in told
    assert pipeline.count("completed") == 4
    pipeline.check()

    pipeline.command("retry", "poison.ndjson.gz")
    assert pipeline.state_of("poison.ndjson.gz") == "pending"
    pipeline.once(code=3)
    assert pipeline.state_of("poison.ndjson.gz") == "failed"
    put(pipeline.input, "poison.ndjson.gz", numbered("mended", 2))
    pipeline.once()
    assert pipeline.state_of("poison.ndjson.gz") == "completed"
    pipeline.check()
    done = pipeline.command("retry", "good-0.ndjson", codes=(1,))
    assert "completed" in done.stderr
    assert "no file" in pipeline.command("retry", "nowhere", codes=(1,)).stderr


def test_dispositions(tmp_path):
    for what, flags in {"keep": [], "delete": [], "move": ["--move-to", "done"],
                        "tag": []}.items():
        folder = tmp_path / what
        folder.mkdir()
        pipeline = Pipeline(folder, "--on-success", what, "--prefix", "new/", *flags)
        put(pipeline.input, "new/a.ndjson", numbered("a", 2))
        pipeline.once()
        left = sorted(str(path.relative_to(pipeline.input)) for path in pipeline.input.rglob("*")
                      if path.is_file())
        assert len(pipeline.rows()) == 2
        if what == "delete":
            assert left == []
        elif what == "move":
            assert len(left) == 1 and left[0].startswith("done/") and left[0].endswith("a.ndjson")
        else:
            assert left == ["new/a.ndjson"]
        pipeline.once()
        assert len(pipeline.rows()) == 2


def test_schema_is_kept_and_pinned(tmp_path):
    pipeline = Pipeline(tmp_path)
    put(pipeline.input, "a.ndjson", '{"x":1}\n')
    pipeline.once()
    put(pipeline.input, "b.ndjson", '{"x":1.5,"y":"text"}\n')
    pipeline.once()
    (diff,) = pipeline.json_lines("schema", "diff")
    assert {(change["path"], change["from"], change["to"]) for change in diff["changes"]} == {
        ("x", "int64", "double"), ("y", "", "string")}
    pipeline.command("schema", "pin")
    (shown,) = pipeline.json_lines("schema", "show")
    assert shown["pinned"] and shown["version"] == 3
    put(pipeline.input, "c.ndjson", '{"x":"no number"}\n{"x":2}\n')
    pipeline.once(code=3)
    assert [bad["file"] for bad in pipeline.quarantined()] == ["c.ndjson"]
    pipeline.check()
    assert "+ y: string" in pipeline.command("schema", "diff", 1, 2).stdout


def test_verify_finds_damage(tmp_path):
    pipeline = Pipeline(tmp_path)
    put(pipeline.input, "a.ndjson", numbered("a", 100))
    pipeline.once()
    (path,) = pipeline.parquet()
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    (report,) = pipeline.json_lines("verify", codes=(3,))
    assert "hash" in report["problems"][0]["what"]
    path.unlink()
    (report,) = pipeline.json_lines("verify", codes=(3,))
    assert "is gone" in report["problems"][0]["what"]
