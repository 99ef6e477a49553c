"""Schemas given, casts, renames, error limits and partitions, on hostile input."""

import decimal
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import convert, run_varve
from oracle.oracle import Settings, check, quarantine_records

ID_AND_NAME = [{"name": "id", "type": "int64"}, {"name": "name", "type": "string"}]


def write(path, *lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def schema_file(folder, fields):
    path = folder / "schema.json"
    path.write_text(json.dumps({"varve_schema": 1, "fields": fields}))
    return path


def table_of(summary):
    return pa.concat_tables(pq.ParquetFile(output["path"]).read() for output in summary["outputs"])


MISFITS = ['{"id":1,"name":"a"}', '{"id":"x","name":"b"}', '{"id":2,"other":[1, 2]}',
           '{"id":0.5,"name":[7]}', '{"name":null}', '{"id":', '{"id":9223372036854775808}',
           '{"id":"1"}']


def test_strict_quarantines_what_does_not_fit(tmp_path):
    source = write(tmp_path / "in.ndjson", *MISFITS)
    summary = convert([source], tmp_path / "out", "--mode", "strict",
                      "--schema", schema_file(tmp_path, ID_AND_NAME))
    assert table_of(summary).to_pylist() == [{"id": 1, "name": "a"}, {"id": None, "name": None}]
    records = list(quarantine_records(summary["quarantine"]))
    assert [record["line"] for record in records] == [2, 3, 4, 6, 7, 8]
    codes = [record["code"] for record in records]
    assert codes[:3] + codes[4:] == ["schema_mismatch"] * 5
    assert [record["raw"] for record in records] == [MISFITS[i] for i in (1, 2, 3, 5, 6, 7)]


def test_rescue_keeps_what_does_not_fit(tmp_path):
    """Every value is in its column or, as its source text, in _rescued."""
    source = write(tmp_path / "in.ndjson", *MISFITS)
    summary = convert([source], tmp_path / "out", "--mode", "rescue",
                      "--schema", schema_file(tmp_path, ID_AND_NAME))
    assert (summary["rows"], summary["quarantined"]) == (7, 1)
    table = table_of(summary)
    assert table.column_names == ["id", "name", "_rescued"]
    rescued = [None if text is None else json.loads(text)
               for text in table["_rescued"].to_pylist()]
    assert rescued == [None, {"id": "x"}, {"other": [1, 2]}, {"id": 0.5, "name": [7]}, None,
                       {"id": 9223372036854775808}, {"id": "1"}]
    assert table["id"].to_pylist() == [1, None, 2, None, None, None, None]
    assert table["name"].to_pylist() == ["a", "b", None, None, None, None, None]


def test_rescued_values_say_where_they_were(tmp_path):
    """No two places of a line share a key of _rescued, which would drop all but one of them."""
    number = {"type": "int64"}
    inner = {"type": "struct", "fields": [{"name": "n", **number}]}
    fields = [{"name": "list", "type": "list", "element": number},
              {"name": "deep", "type": "list",
               "element": {"type": "list", "element": inner}},
              {"name": "a", "type": "struct", "fields": [{"name": "x", **number}]},
              {"name": "empty", "key": "", **number}]
    line = (r'{"list":[1,"p",2,"q"],"deep":[[],[{"n":1},{"n":"r","m":3}],[{"n":"s"}]],'
            r'"a":{"b":1,"":4},"a.b":2,"a\\":{},"list[1]":5,"":"e"}')
    source = write(tmp_path / "in.ndjson", line, '{"list":[7]}')
    summary = convert([source], tmp_path / "out", "--mode", "rescue",
                      "--schema", schema_file(tmp_path, fields))
    rows = table_of(summary).to_pylist()
    assert rows[0]["list"] == [1, None, 2, None]
    pairs = json.loads(rows[0]["_rescued"], object_pairs_hook=list)
    assert pairs == [("list[1]", "p"), ("list[3]", "q"), ("deep[1][1].n", "r"),
                     ("deep[1][1].m", 3), ("deep[2][0].n", "s"), ("a.b", 1), ("a.", 4),
                     (r"a\.b", 2), ("a\\\\", []), (r"list\[1]", 5), ("", "e")]
    assert rows[1]["_rescued"] is None


def test_evolve_widens_a_given_schema(tmp_path):
    source = write(tmp_path / "in.ndjson", '{"id":1}', '{"id":0.5,"new":true}')
    summary = convert([source], tmp_path / "out", "--schema", schema_file(tmp_path, ID_AND_NAME))
    schema = table_of(summary).schema
    assert schema.field("id").type == pa.float64()
    assert set(schema.names) == {"id", "name", "new"}


@pytest.mark.parametrize("texts, arrow_type, want", [
    (["1.25", "3", "1e1", "-0.10"], pa.decimal128(20, 2), ["1.25", "3.00", "10.00", "-0.10"]),
    (["1.25", "3", "0.125"], pa.string(), ["1.25", "3", "0.125"]),
    (["0.125", "3", "1.25"], pa.string(), ["0.125", "3", "1.25"]),
    (["1.25", "12345678901234567890"], pa.string(), ["1.25", "12345678901234567890"]),
    (["1.25", "true"], None, ["1.25", "true"]),
    (["null"], pa.decimal128(20, 2), [None]),
])
def test_evolve_keeps_a_given_decimal_while_it_fits(tmp_path, texts, arrow_type, want):
    """Never by way of a double: that is what it was declared for."""
    source = write(tmp_path / "in.ndjson", *(f'{{"v":{text}}}' for text in texts))
    given = [{"name": "v", "type": "decimal", "precision": 20, "scale": 2}]
    summary = convert([source], tmp_path / "out", "--schema", schema_file(tmp_path, given))
    column = table_of(summary)["v"].combine_chunks()
    if arrow_type is None:
        column = column.storage
    else:
        assert column.type == arrow_type
    assert [None if value is None else str(value) for value in column.to_pylist()] == want
    assert summary["numbers_rounded"] == 0


@pytest.mark.parametrize("mode", ["evolve", "rescue", "strict"])
def test_a_given_schema_names_and_orders_columns(tmp_path, mode):
    source = write(tmp_path / "in.ndjson", '{"new":0,"list":[{"z":1,"y":2}],"userId":"u"}'
                   if mode == "evolve" else '{"list":[{"z":1,"y":2}],"userId":"u"}')
    element = {"type": "struct", "fields": [{"name": "y", "type": "int64"},
                                            {"name": "zed", "key": "z", "type": "int64"}]}
    given = [{"name": "user_id", "key": "userId", "type": "string"},
             {"name": "missing", "type": "bool"},
             {"name": "list", "type": "list", "element": element}]
    summary = convert([source], tmp_path / "out", "--mode", mode,
                      "--schema", schema_file(tmp_path, given))
    row = table_of(summary).to_pylist()[0]
    assert list(row)[:3] == ["user_id", "missing", "list"]
    assert (row["user_id"], row["list"]) == ("u", [{"y": 2, "zed": 1}])
    assert list(row["list"][0]) == ["y", "zed"]
    metadata = pq.ParquetFile(summary["outputs"][0]["path"]).metadata.metadata
    assert json.loads(metadata[b"varve.name_mapping"]) == {"user_id": "userId", "list.zed": "list.z"}


@pytest.mark.parametrize("cast, good, value, bad_values", [
    ("decimal(10,2)", "1.25", decimal.Decimal("1.25"), ["0.125", "123456789", '"x"']),
    ("decimal(38,18)", "0.123456789012345678", decimal.Decimal("0.123456789012345678"),
     ["0.1234567890123456789", "1e-19", "1e21", "1e-99999999999999999999"]),
    ("decimal(20,0)", "1e3", decimal.Decimal(1000), ["0.5", "1e-1"]),
    ("string", '"02134"', "02134", []),
    ("json", "[1, 2.50]", "[1, 2.50]", []),
    ("double", "1", 1.0, ["9007199254740993", '"x"']),
    ("int64", "-5", -5, ["0.5", "9223372036854775808"]),
    ("bool", "true", True, ["1", '"yes"']),
])
def test_cast(tmp_path, cast, good, value, bad_values):
    """A cast pins the type: what it cannot hold is quarantined, never bent."""
    source = write(tmp_path / "in.ndjson", *(f'{{"v":{text}}}' for text in [good, *bad_values]))
    summary = convert([source], tmp_path / "out", "--cast", f"v={cast}")
    column = table_of(summary)["v"].combine_chunks()
    column = column.storage if isinstance(column, pa.ExtensionArray) else column
    assert column.to_pylist() == [value]
    assert summary["quarantined"] == len(bad_values)
    assert summary["numbers_rounded"] == 0
    codes = {record["code"] for record in quarantine_records(summary["quarantine"])}
    assert codes <= {"schema_mismatch"}


def test_timestamps_as_strings(tmp_path):
    texts = ["2025-01-17T10:00:00+02:00", "2025-01-17T08:00:00Z"]
    source = write(tmp_path / "in.ndjson", *(f'{{"v":"{text}"}}' for text in texts))
    summary = convert([source], tmp_path / "out", "--timestamps", "string")
    assert table_of(summary)["v"].to_pylist() == texts


def test_rename_is_recorded(tmp_path):
    source = write(tmp_path / "in.ndjson", '{"userId":1,"a":{"b c":2}}')
    summary = convert([source], tmp_path / "out", "--rename", "userId=user_id",
                      "--rename", "a.b c=b_c")
    assert table_of(summary).to_pylist() == [{"user_id": 1, "a": {"b_c": 2}}]
    assert check([source], summary) == []


@pytest.mark.parametrize("limit, fails", [("0", True), ("1", True), ("2", False), ("49%", True),
                                          ("50%", False), ("100%", False)])
def test_max_errors(tmp_path, limit, fails):
    """Two of four lines are bad; the other file is converted in any case."""
    source = write(tmp_path / "in.ndjson", '{"a":1}', "{", "}", '{"a":2}')
    other = write(tmp_path / "other.ndjson", '{"a":3}')
    summary = convert([source, other], tmp_path / "out", "--max-errors", limit)
    assert summary["files_failed"] == int(fails)
    assert table_of(summary)["a"].to_pylist() == ([3] if fails else [1, 2, 3])


NO_VALUE = {"null", '""', '"__HIVE_DEFAULT_PARTITION__"'}  # share a directory, as in Hive
PLACES = ['"plain"', *sorted(NO_VALUE), '"../../x"', '"/etc/passwd"', '"a/b"', '"="', '"."',
          '".."', '" "', '"😀"', r'"a\nb"', r'"a\u0000b"', '"a:b*?\\"<>|"', '"%2F"', '"/"',
          '"' + "long" * 200 + '"', '"' + "long" * 201 + '"', '"' + "é" * 200 + '"', '"_hidden"',
          '".hidden"', '"Plain"', r'"\u007f"']


def test_partition_values_as_paths(tmp_path):
    """Each value has a directory of its own below the output, and every row is in its own."""
    lines = [f'{{"p":{value},"n":{number}}}' for number, value in enumerate(PLACES)]
    source = write(tmp_path / "in.ndjson", *lines, '{"n":99}')
    output = tmp_path / "out"
    summary = convert([source], output, "--partition", "column:p")
    assert (summary["rows"], summary["quarantined"]) == (len(PLACES) + 1, 0)
    places = {}
    for entry in summary["outputs"]:
        inside = os.path.relpath(os.path.realpath(entry["path"]), os.path.realpath(output))
        assert not inside.startswith("..") and inside.count("/") == 1
        place = inside.split("/")[0]
        assert place.startswith("p=") and len(place.encode()) <= 255
        assert not any(ord(char) < 32 for char in place)
        for number in pq.ParquetFile(entry["path"]).read(["n"])["n"].to_pylist():
            places.setdefault(place, []).append(number)
    assert places["p=plain"] == [0]
    without = [number for number, value in enumerate(PLACES) if value in NO_VALUE]
    assert places.pop("p=__HIVE_DEFAULT_PARTITION__") == [*without, 99]
    assert sorted(places.values()) == [[number] for number in range(len(PLACES))
                                       if number not in without]
    escaped = {path.name for path in tmp_path.iterdir()}
    assert escaped == {"in.ndjson", "out"}


def test_partition_keeps_the_column(tmp_path):
    """A directory's name cannot hold every value exactly, so the files keep the column."""
    lines = [f'{{"day":"2025-01-{17 + i % 3}","n":{i}}}' for i in range(30)]
    source = write(tmp_path / "in.ndjson", *lines)
    output = tmp_path / "out"
    summary = convert([source], output, "--partition", "column:day")
    settings = Settings(partition_of=lambda _, row: f"day={row['day']}", root=str(output))
    assert check([source], summary, settings) == []


def test_partition_by_dates_in_names(tmp_path):
    """Files of several days, in no order and one without a date."""
    names = ["2025-01-18-b", "2025-01-17-a", "x", "2025-01-18-a", "2025-01-17-b", "12025-01-170",
             "2025-02-30", "log.2024-02-29.1"]
    places = dict.fromkeys(names, "/".join(f"{part}=__HIVE_DEFAULT_PARTITION__"
                                           for part in ("year", "month", "day")))
    places.update({name: f"year=2025/month=01/day={name[8:10]}" for name in names
                   if name.startswith("2025-01")})
    places["log.2024-02-29.1"] = "year=2024/month=02/day=29"
    sources = [write(tmp_path / f"{name}.ndjson", *(f'{{"n":"{name} {i}"}}' for i in range(5)))
               for name in names]
    output = tmp_path / "out"
    summary = convert(sources, output, "--partition", "filename-date", "--source-column")
    settings = Settings(partition_of=lambda ref, _: places[os.path.basename(ref.file)[:-7]],
                        root=str(output), source_column=True)
    assert check(sources, summary, settings) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_many_partitions_at_once(tmp_path, threads):
    """Rows of 300 partitions in turn, in input order within each."""
    lines = [json.dumps({"p": f"p{i * 7 % 300}", "n": i, "s": "x" * (i % 50)})
             for i in range(30_000)]
    source = write(tmp_path / "in.ndjson", *lines)
    output = tmp_path / "out"
    summary = convert([source], output, "--partition", "column:p", "--threads", threads)
    settings = Settings(partition_of=lambda _, row: f"p={row['p']}", root=str(output),
                        readers=("pyarrow",))
    assert check([source], summary, settings) == []


@pytest.mark.parametrize("grain, place", [
    ("day", "year=2025/month=01/day=17"), ("hour", "year=2025/month=01/day=17/hour=23"),
    ("month", "year=2025/month=01")])
def test_partition_by_time(tmp_path, grain, place):
    """By the instant in UTC, whatever the offset it is written with."""
    source = write(tmp_path / "in.ndjson", '{"t":"2025-01-17T23:30:00Z"}',
                   '{"t":"2025-01-18T01:10:00+02:00"}', '{"t":null}')
    output = tmp_path / "out"
    summary = convert([source], output, "--partition", f"column:t:{grain}")
    null = "/".join(part.split("=")[0] + "=__HIVE_DEFAULT_PARTITION__" for part in place.split("/"))
    settings = Settings(partition_of=lambda _, row: place if row["t"] else null, root=str(output))
    assert check([source], summary, settings) == []


def test_overwrite(tmp_path):
    """Refuses to mix with old output; --overwrite replaces all of it."""
    old = write(tmp_path / "old.ndjson", *['{"a":"old"}'] * 100)
    new = write(tmp_path / "new.ndjson", '{"a":1}')
    output = tmp_path / "out"
    convert([old], output, "--partition", "column:a")
    refused = run_varve("convert", new, "-o", output)
    assert refused.code == 1 and "--overwrite" in refused.stderr
    summary = convert([new], output, "--overwrite")
    left = {str(path) for path in output.rglob("*.parquet")}
    assert left == {entry["path"] for entry in summary["outputs"]}
    assert check([new], summary) == []


@pytest.mark.parametrize("output", ["out", "out.parquet"])
def test_overwrite_replaces_the_quarantine_too(tmp_path, output):
    """What is left of an earlier conversion would be taken for bad lines of this one."""
    source = write(tmp_path / "in.ndjson", "{", '{"a":1}')
    old, = convert([source], tmp_path / output)["quarantine"]
    new = write(tmp_path / "new.ndjson", '{"a":2}')
    assert convert([new], tmp_path / output, "--overwrite")["quarantine"] == []
    assert not os.path.exists(old)
    assert not (tmp_path / "out/_quarantine").exists()


@pytest.mark.parametrize("output", ["out", "out.parquet"])
def test_bad_lines_are_not_overwritten_unasked(tmp_path, output):
    """Even where there is nothing else: all lines were bad."""
    source = write(tmp_path / "in.ndjson", "{")
    path, = convert([source], tmp_path / output)["quarantine"]
    for data in tmp_path.glob("*.parquet"):
        data.unlink()
    kept = open(path, encoding="utf-8").read()
    refused = run_varve("convert", source, "-o", tmp_path / output)
    assert refused.code == 1 and path in refused.stderr and "--overwrite" in refused.stderr
    assert open(path, encoding="utf-8").read() == kept
    convert([source], tmp_path / output, "--overwrite")
    assert open(path, encoding="utf-8").read() == kept


def test_dry_run_says_what_would_be(tmp_path):
    source = write(tmp_path / "in.ndjson", *MISFITS)
    planned = convert([source], tmp_path / "out", "--dry-run")
    assert not (tmp_path / "out").exists()
    done = convert([source], tmp_path / "out")
    for extra in ("dry_run", "schema", "seconds"):
        planned.pop(extra)
    done.pop("seconds")
    assert planned == done
