"""The oracle passes a correct conversion and reports every kind of planted difference."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from oracle import lattice, oracle, sample
from oracle.oracle import Settings

SETTINGS = Settings(options=lattice.Options(maps=sample.MAPS))


def check(inputs, summary):
    return oracle.check(inputs, summary, SETTINGS)


def _set(table, name, array):
    return table.set_column(table.column_names.index(name), name, array)


def _cast(name, arrow_type):
    return lambda table: _set(table, name, table[name].cast(arrow_type))


def _put(name, index, value):
    def change(table):
        column = table[name].combine_chunks()
        storage = column.storage if isinstance(column, pa.ExtensionArray) else column
        values = storage.to_pylist()
        values[index] = value
        changed = pa.array(values, storage.type)
        if storage is not column:
            changed = pa.ExtensionArray.from_storage(column.type, changed)
        return _set(table, name, changed)
    return change


def _json_as_string(table):
    return _set(table, "mix", table["mix"].combine_chunks().storage)


def _swap_rows(table):
    return pc.take(table, pa.array([1, 0, 2, 3]))


# What is done to the correct table, and a part of what the oracle must say.
TABLES = {
    "integer off by one": (_put("id", 2, 4), "column id: in.ndjson:5: 4, expected 3"),
    "null became zero": (_put("u", 1, 0), "column u"),
    "value became null": (_put("big", 0, None), "column big"),
    "sign of zero lost": (_put("d", 0, 0.0), "column d"),
    "last bit of a double": (_put("d", 1, 0.10000000000000002), "column d"),
    "number text normalised": (_put("n", 1, "1.50"), "column n"),
    "false became true": (_put("b", 1, True), "column b"),
    "string not unescaped": (_put("s", 0, "a\\u0062\\né"), "column s"),
    "empty string became null": (_put("s", 1, None), "column s"),
    "instant an hour off": (_put("ts", 0, sample.datetime.datetime(2025, 1, 17, 9, 0, 0, 1)),
                            "column ts"),
    "microseconds lost": (_put("tl", 0, sample.datetime.datetime(1969, 12, 31, 23, 59, 59)),
                          "column tl"),
    "a day off": (_put("day", 0, sample.datetime.date(2024, 3, 1)), "column day"),
    "JSON text reformatted": (_put("mix", 0, '{"k":[1,"x"]}'), "column mix"),
    "JSON string without quotes": (_put("mix", 1, "text"), "column mix"),
    "JSON number reformatted": (_put("mix", 2, "3.5"), "column mix"),
    "empty struct became null": (_put("st", 1, None), "column st"),
    "null struct became empty": (_put("st", 2, {}), "column st"),
    "list element lost": (_put("st", 0, {"x": 1, "y": ["p", "q"]}), "column st"),
    "empty list became null": (_put("l", 1, None), "column l"),
    "null list became empty": (_put("l", 2, []), "column l"),
    "null element lost": (_put("l", 3, []), "column l"),
    "map entry lost": (_put("mp", 0, [("k", {"z": 1}), ("", None)]), "column mp"),
    "map entry twice": (_put("mp", 0, [("k", {"z": 1}), ("k", {"z": 1}), ("", None), ("e", {})]),
                        "column mp"),
    "map key not unescaped": (_put("mp", 0, [("k", {"z": 1}), ("", None), ("\\u0065", {})]),
                              "column mp"),
    "map entries out of order": (_put("mp", 0, [("", None), ("k", {"z": 1}), ("e", {})]),
                                 "column mp"),
    "map value lost": (_put("mp", 0, [("k", {"z": 1}), ("", None), ("e", None)]), "column mp"),
    "empty map became null": (_put("mp", 1, None), "column mp"),
    "null map became empty": (_put("mp", 2, []), "column mp"),
    "map as JSON": (lambda table: _set(table, "mp", pa.ExtensionArray.from_storage(
        pa.json_(), pa.array(['{"k":{"z":1},"":null,"e":{}}', "{}", None, None]))),
        "type of .mp"),
    "value out of nowhere": (_put("e", 0, "x"), "column e"),
    "rows out of order": (_swap_rows, "column id"),
    "row missing": (lambda table: table.slice(0, 3), "outputs have 3 rows"),
    "column missing": (lambda table: table.drop_columns(["e"]), "missing column .e"),
    "column invented": (lambda table: table.append_column("z", table["id"]), "column .z"),
    "name mapping missing": (lambda table: table.replace_schema_metadata(None), "column .Key_2"),
    "two columns for one key": (
        lambda table: table.replace_schema_metadata(
            {"varve.name_mapping": json.dumps({"Key_2": "key"})}), "has two columns"),
    "integers as doubles": (_cast("id", pa.float64()), "type of .id"),
    "narrow integers": (_cast("id", pa.int32()), "type of .id"),
    "u64 as text": (_cast("u", pa.string()), "type of .u"),
    "instant without zone": (_cast("ts", pa.timestamp("us")), "type of .ts"),
    "zone invented": (_cast("tl", pa.timestamp("us", tz="UTC")), "type of .tl"),
    "milliseconds": (lambda table: _set(
        table, "tl", table["tl"].cast(pa.timestamp("ms"))), "type of .tl"),
    "dates as strings": (_cast("day", pa.string()), "type of .day"),
    "JSON as plain string": (_json_as_string, "type of .mix"),
    "list of other type": (_cast("l", pa.list_(pa.int64()), ), "type of .l"),
}


@pytest.mark.parametrize("name", TABLES)
def test_planted_table(tmp_path, name):
    change, said = TABLES[name]
    table = sample.table()
    if name == "list of other type":
        table = _put("l", 0, [1.0, 2.0])(table)
    found = check(*sample.write(tmp_path, [change(table)]))
    assert any(said in line for line in found), found


def test_correct_conversion_has_no_differences(tmp_path):
    assert check(*sample.write(tmp_path, [sample.table()])) == []
    assert check(*sample.write(tmp_path, [sample.table()[:1], sample.table()[1:]])) == []


def test_schema_that_differs_between_files(tmp_path):
    parts = [sample.table()[:2], _cast("id", pa.int32())(sample.table()[2:])]
    assert any("is not that of" in line for line in check(*sample.write(tmp_path, parts)))


def _summary_of(tmp_path, change):
    inputs, summary = sample.write(tmp_path, [sample.table()])
    change(summary)
    return check(inputs, summary)


@pytest.mark.parametrize("name", ["lines", "rows", "quarantined", "blank", "numbers_rounded"])
def test_planted_count(tmp_path, name):
    found = _summary_of(tmp_path, lambda summary: summary.update({name: summary[name] + 1}))
    assert any(line.startswith(f"accounting: {name}") for line in found), found


@pytest.mark.parametrize("name", ["rows", "bytes"])
def test_planted_output_count(tmp_path, name):
    def change(summary):
        summary["outputs"][0][name] += 1
    assert any(f"{name} is" in line for line in _summary_of(tmp_path, change))


# What is done to the first quarantine record (None: dropped), and what the oracle must say.
RECORDS = {
    "record lost": (None, "no record of"),
    "wrong line": ({"line": 5}, "not a line to quarantine"),
    "offset of another line": ({"offset": 0}, "outside the line"),
    "raw line changed": ({"raw": '{"id":2}'}, "raw line differs"),
    "no reason": ({"message": ""}, "no code or message"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_planted_quarantine(tmp_path, name):
    inputs, summary = sample.write(tmp_path, [sample.table()])
    changes, said = RECORDS[name]
    path = tmp_path / "quarantine.ndjson"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    if changes is None:
        del records[0]
    else:
        records[0].update(changes)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    found = check(inputs, summary)
    assert any(said in line for line in found), found


@pytest.mark.parametrize("reader", ["duckdb", "polars"])
def test_reader_that_sees_another_value(tmp_path, monkeypatch, reader):
    from oracle import readers
    read = readers.READERS[reader]
    monkeypatch.setitem(readers.READERS, reader, lambda path: _put("id", 0, 9)(read(path)))
    found = check(*sample.write(tmp_path, [sample.table()]))
    assert any(line.startswith(f"{reader}, column id") for line in found), found
