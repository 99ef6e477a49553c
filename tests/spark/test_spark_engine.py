"""--engine spark, where no native code may run: the same values, bad lines and accounting."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batch import STAGING, Batch, assert_same_rows, contents, lines
from session import spark  # noqa: F401, a fixture

NUMBERS = ["0", "-0", "7", "-9223372036854775808", "9223372036854775807"]
DOUBLES = ["0.1", "-0", "5e-324", "1.7976931348623157e308", "9007199254740992", "1E2"]
STAMPS = ["2025-01-17T10:00:00Z", "2025-01-17T10:00:00.123456+05:30", "0001-01-01T00:00:00Z",
          "9999-12-31T23:59:59.999999Z"]
DAYS = ["2024-02-29", "1582-10-10", "0001-01-01"]
VALUES = [
    *(f'{{"i": {n}}}' for n in NUMBERS),
    *(f'{{"d": {n}, "txt": {n}}}' for n in DOUBLES), '{"txt": 123456789012345678901234567890}',
    '{"u": 1}', '{"u": 18446744073709551615}',
    *(f'{{"t": "{t}"}}' for t in STAMPS), *(f'{{"day": "{d}"}}' for d in DAYS),
    '{"loc": "1969-12-31T23:59:59.9"}', '{"str": "2025-01-17T10:00:00.1234567Z"}',
    '{"str": "2025-02-29"}', '{"str": "\\u00e9\\ud83d\\ude00\\u0000\\n"}',
    '{"m": { "a" : [ 1.50, "\\u0041" ] }}', '{"m": "\\u0041"}', '{"m": 1.0e5}', '{"m": null}',
    '{"e": { }}', '{"e": null}', '{"nul": null}', '{"lst": []}', '{"s": {}}', '{"s": {"k": 1}}',
    '{"l": [{"x": null}, null, {"x": {"y": [[], [1.5], null]}}]}', '{"l": []}', '{"l": null}',
    '{"Case": 1, "case": "x", "": 2, "a.b": {"c d": true}, "x=;{}()\\t": 1}',
    '{"deep": [{"m": [1, "one", {"z" : 1}]}]}', '{"late": true}',
]
BAD = [b"[]", b"1", b"{", b'{"a":1}}', b'{"a":1,"\\u0061":2}', b'{"a":NaN}', b'{"a":01}',
       b'{"a":1e400}', b'{"a":"\\ud800"}', b'{"a":"\\x"}', b'{"a":"\t"}', b'{"a":"\xff"}',
       b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", b'{"a":1,}', b"nul"]


def test_values_are_those_of_the_native_engine(spark, tmp_path):
    """Types that only all files together decide, and a file in spans."""
    batch = Batch(tmp_path)
    half = len(VALUES) // 2
    batch.add("2025-01-17-a.ndjson", "\r\n".join(VALUES[:half]).encode())
    batch.add("2025-01-17-b.ndjson.gz", gzip.compress(
        ("\n".join(VALUES[half:]) + "\n").encode()), "gzip")
    batch.add("2025-01-18-c.ndjson", b"\xef\xbb\xbf" + lines(*(
        {"i": i, "many": {f"k{i}-{j}": j for j in range(9)}} for i in range(150))))
    native = batch.run(spark, "--task-bytes", 4000)
    expected = batch.published(native, tmp_path / "native")
    result = batch.run(spark, "--task-bytes", 4000, "--engine", "spark")
    assert json.loads(result["schema"]) == json.loads(native["schema"])
    assert result["outcomes"] == native["outcomes"]
    folder = batch.published(result, tmp_path / "spark")
    assert_same_rows(folder, expected)
    assert [output["final"] for output in result["outputs"]] == \
        [output["final"] for output in native["outputs"]]


def test_types_are_annotated_as_readers_need_them(spark, tmp_path):
    batch = Batch(tmp_path, {"compression": "zstd"})
    batch.add("2025-01-17-a.ndjson", lines({"t": "2025-01-17T10:00:00Z", "l": "2025-01-17T10:00:00",
                                            "d": "2025-01-17", "u": 2**64 - 1}))
    result = batch.run(spark, "--engine", "spark")
    (path,) = batch.published(result, tmp_path / "out").rglob("*.zstd.parquet")
    assert pq.ParquetFile(path).schema_arrow.types == [
        pa.timestamp("us", "UTC"), pa.timestamp("us"), pa.date32(), pa.decimal128(20, 0)]
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("task_bytes", [100, 1 << 20])
def test_bad_lines_are_those_of_the_native_engine(spark, tmp_path, task_bytes):
    batch = Batch(tmp_path)
    good = lines({"a": 1}) * 5
    batch.add("2025-01-17-a.ndjson", b"\n".join([*BAD, b"", b" \t\r"]) + b"\n" + good)
    batch.add("2025-01-17-allbad.ndjson", b"no\njson\n")
    batch.add("2025-01-17-cut.ndjson.gz", gzip.compress(good * 99)[:40], "gzip")
    batch.add("2025-01-17-gone.ndjson", good).unlink()
    native = batch.run(spark, "--task-bytes", task_bytes)
    expected = batch.published(native, tmp_path / "native")
    result = batch.run(spark, "--task-bytes", task_bytes, "--engine", "spark")
    folder = batch.published(result, tmp_path / "spark")
    assert_same_rows(folder, expected)
    assert result["missing"] == native["missing"]
    for ours, theirs in zip(result["outcomes"], native["outcomes"]):
        assert (ours["file"], ours["counts"]) == (theirs["file"], theirs["counts"])
        assert ours["error"].partition(":")[0] == theirs["error"].partition(":")[0]

    def bad_lines(where):
        (path,) = where.glob("_quarantine/*.ndjson")
        records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        return [(each["file"], each["line"], each.get("raw"), each.get("raw_base64"))
                for each in records]
    assert bad_lines(folder) == bad_lines(expected)


def test_a_repeated_job_makes_the_same_bytes(spark, tmp_path):
    batch = Batch(tmp_path)
    batch.add("2025-01-17-a.ndjson", lines(*({"i": i, "s": str(i)} for i in range(500))) + b"bad\n")
    first = batch.run(spark, "--task-bytes", 4000, "--engine", "spark")
    made = contents(batch.lake)
    assert batch.run(spark, "--task-bytes", 4000, "--engine", "spark") == first
    again = contents(batch.lake)
    for output in first["outputs"]:
        assert again[output["staged"]] == made[output["staged"]]


def test_settings_of_the_pipeline_count(spark, tmp_path):
    schema = {"varve_schema": 1, "fields": [
        {"name": "n", "key": "id", "type": "int64"},
        {"name": "price", "type": "decimal", "precision": 6, "scale": 2},
        {"name": "by", "type": "map", "value": {"type": "unknown"}}]}
    data = lines({"id": 1}, {"id": "x"}, {"id": 2, "more": True}, {"price": 12.5}) + \
        b'{"price": 10000, "id": null}\n{"price": 1.005}\n{"by": {"a": 1, "b": null}}\n'
    for name, settings, pinned in [
            ("strict", {"source-column": "true"}, True),
            ("evolve", {"timestamps": "string", "partition": "arrival"}, False),
            ("limited", {"max-errors": "20%"}, True)]:
        batch = Batch(tmp_path / name, settings, schema, pinned)
        batch.add("2025-01-17-a.ndjson", data)
        batch.add("2025-01-17-b.ndjson", lines({"id": 3}, {"id": 4}))
        native = batch.run(spark)
        expected = batch.published(native, tmp_path / name / "native")
        result = batch.run(spark, "--engine", "spark")
        assert [each["counts"] for each in result["outcomes"]] == \
            [each["counts"] for each in native["outcomes"]], name
        assert json.loads(result["schema"]) == json.loads(native["schema"])
        assert_same_rows(batch.published(result, tmp_path / name / "spark"), expected)


@pytest.mark.parametrize("settings", [{"mode": "rescue"}, {"cast": ["a=string"]},
                                      {"partition": "column:a"}])
def test_what_it_does_not_know_is_refused(spark, tmp_path, settings):
    batch = Batch(tmp_path, settings)
    with pytest.raises(ValueError, match="--engine native"):
        batch.run(spark, "--engine", "spark")
    assert not (batch.lake / STAGING).exists()
