"""Columns of type map, which a schema must ask for: every value, by independent readers."""

import json
import random

import pyarrow.parquet as pq
import pytest
from conftest import convert, skip_without
from hostile import Case, run_case, to_bytes
from oracle.lattice import Options, maps_of
from oracle.oracle import Settings, check, quarantine_records

UNKNOWN = {"type": "unknown"}  # what the values are is for the values to say


def map_of(value):
    return {"type": "map", "value": value}


def list_of(element):
    return {"type": "list", "element": element}


def struct_of(**fields):
    return {"type": "struct", "fields": [{"name": name, **field}
                                         for name, field in fields.items()]}


def maps(value, kind, *texts, bad=0):
    """A column `v`, a map of `value`, of these JSON values must have this type."""
    return Case([b'{"v":' + to_bytes(text) + b"}" for text in texts], {"v": kind}, bad,
                fields=[{"name": "v", **map_of(value)}])


MANY = [f"key {i * 7919 % 100_003}" for i in range(70_000)]
CASES = {
    "scalars": maps(UNKNOWN, "map<int64>", '{"a":1,"b":null,"c":-3}', "{}", "null", '{"a":2}'),
    "spaces": maps(UNKNOWN, "map<int64>", ' \t{ "a" : 1 ,\t"b": 2 } ', "{ }", '{"a" :1}'),
    "only empty maps": maps(UNKNOWN, "map<string>", "{}", "null", "{ }"),
    "only nulls": maps(UNKNOWN, "map<string>", "null", "null"),
    "only null values": maps(UNKNOWN, "map<string>", '{"a":null}', "{}"),
    "empty and odd keys": maps(
        UNKNOWN, "map<int64>", '{"":1}', '{" ":1,"":2}', r'{"a\u0000b":1,"a":2,"a\u0000":3}',
        r'{"\"\\\/\n":1,"/":2}', '{"é":1,"😀":2,"É":3}', '{"key":1,"value":2,"key_value":3}',
        '{"A":1,"a":2}', '{"a.b":1,"a":2}', '{"[]":1}'),
    "spellings of a key": maps(UNKNOWN, "map<int64>", '{"A":1}', r'{"\u0041":2}',
                               r'{"\ud83d\ude00":3}', '{"😀":4}', r'{"\u000a":5}', r'{"\n":6}'),
    "duplicates": maps(
        UNKNOWN, "map<int64>", '{"a":1}', '{"a":1,"a":1}', r'{"a":1,"\u0061":2}',
        r'{"\u0061":1,"b":0,"a":2}', r'{"\n":1,"\u000A":2}', '{"":1,"":2}',
        r'{"😀":1,"\uD83D\uDE00":2}', r'{"/":1,"\/":2}', '{"b":2}', bad=7),
    "duplicates in nested maps": maps(
        map_of(UNKNOWN), "map<map<int64>>", '{"a":{"a":1},"b":{"a":2}}',
        '{"a":{"a":1,"a":2}}', '{"a":{"a":1},"a":{"b":2}}', '{"a":{"b":1},"b":{"b":1,"c":2}}',
        bad=2),
    "bad lines": maps(
        UNKNOWN, "map<int64>", '{"a":1}', '{"a":"text","b":}', '{"a":1', '{"a":1,}', '{"a" 1}',
        "{a:1}", '{"a":{"b":1]}', '{"\t":1}', r'{"\ud800":1}', b'{"\xff":1}', '{"a":1e999}',
        '{"b":2}', bad=10),
    "long keys": maps(UNKNOWN, "map<int64>", *(
        json.dumps({"k" * size: size, "k" * size + "x": 1}) for size in range(70)),
        json.dumps({"é" * 5000: 1})),
    "structs": maps(UNKNOWN, "map<struct<x: int64, y: list<string>>>", '{"a":{"x":1}}',
                    '{"b":{"y":["p",null]},"c":null,"d":{}}', "{}", "null"),
    "empty structs": maps(UNKNOWN, "map<json>", '{"a":{},"b":null}', "{}"),
    "lists": maps(list_of(UNKNOWN), "map<list<double>>", '{"a":[1,0.5],"b":[],"c":null}', "null",
                  '{"d":[null]}', "{}"),
    "maps of maps of maps": maps(
        map_of(map_of(UNKNOWN)), "map<map<map<bool>>>", '{"a":{"b":{"c":true,"d":null}}}',
        '{"a":{},"b":null,"c":{"d":{},"e":null,"f":{"":false}}}', "{}", "null"),
    "value types": maps(UNKNOWN, "map<timestamp_utc>", '{"a":"2025-01-17T10:00:00Z"}',
                        '{"a":"2025-01-17T10:00:00+02:00","b":null}'),
    "wider values": maps(UNKNOWN, "map<double>", '{"a":1}', '{"b":2}', '{"a":0.25}'),
    "big integers": maps(UNKNOWN, "map<decimal>", '{"a":1,"b":18446744073709551615}'),
    "mixed values": maps(UNKNOWN, "map<json>", '{"a":1,"b":"x"}', '{"a":[ 1 ,2.50 ]}',
                         '{"c":{ "d":null }}', '{"e":null}'),
    "numbers, then objects": maps({"type": "int64"}, "map<json>", '{"a":1}', '{"a":{"b" : 1}}'),
    "in structs and lists": Case(
        [b'{"s":{"m":{"a":[{"k":1},null,{}]},"n":1},"l":[{"x":1.5},null,{}],"i":1}',
         b'{"s":{"m":{}},"l":[],"i":2}', b'{"s":{},"i":3}', b'{"s":null,"l":null}', b"{}",
         b'{"s":{"m":null,"n":2},"l":[null]}', b'{"l":[{"y":null,"":7}]}'],
        {"s": "struct<m: map<list<map<int64>>>, n: int64>", "l": "list<map<double>>",
         "i": "int64"},
        fields=[{"name": "l", **list_of(map_of(UNKNOWN))},
                {"name": "s", **struct_of(m=map_of(list_of(map_of(UNKNOWN))))}]),
    "an array makes text": Case([b'{"v":{ "a":1}}', b'{"v":[ ]}', b'{"v":null}'], {"v": "json"},
                                fields=[{"name": "v", **map_of(UNKNOWN)}]),
    "a number makes text": Case([b'{"v":7}', b'{"v":{ "a":1}}'], {"v": "json"},
                                fields=[{"name": "v", **map_of(map_of(UNKNOWN))}]),
    "more keys than a struct takes": maps(
        UNKNOWN, "map<int64>", *(json.dumps({f"k{row * 10 + i}": i for i in range(10)})
                                 for row in range(300))),
    "more keys than a dictionary takes": maps(
        UNKNOWN, "map<int64>", json.dumps(dict.fromkeys(MANY, 1)), '{"a":1}',
        json.dumps(dict.fromkeys(MANY[:20_000], 2)),
        json.dumps(dict.fromkeys(MANY, 1))[:-1] + f',"{MANY[0]}":2}}',
        json.dumps(dict.fromkeys(MANY, 1))[:-1] + f',"{MANY[-1]}":2}}', bad=2),
    "depth 20": maps(map_of(map_of(map_of(map_of(map_of(map_of(map_of(map_of(UNKNOWN)))))))),
                     "map<" * 9 + "int64" + ">" * 9, '{"k":' * 9 + "1" + "}" * 9),
    "too deep": maps(UNKNOWN, "map<int64>", '{"a":1}', '{"a":' * 100 + "1" + "}" * 100,
                     '{"a":{"b":' + "[" * 98 + "]" * 98 + "}}", '{"c":2}', bad=2),
}


@pytest.mark.parametrize("name", CASES)
def test_case(tmp_path, name):
    """As it is, by every reader; with the lines turned round; and by the general parser."""
    case = CASES[name]
    run_case(case, tmp_path / "forward")
    turned = Case(case.lines[::-1], case.columns, case.bad, case.blank, fields=case.fields)
    run_case(turned, tmp_path / "turned", readers=("pyarrow",))
    run_case(case, tmp_path / "general", readers=("pyarrow",), env={"VARVE_PARSER": "general"})


FIELDS = [{"name": "m", **map_of(UNKNOWN)},
          {"name": "n", **map_of(struct_of(a={"type": "int64"}, b=map_of(UNKNOWN)))}]


def rows(count, seed):
    """Lines whose maps have few keys and many, known and new; some are bad."""
    dice = random.Random(seed)

    def entries(limit, value):
        keys = {dice.choice(("id", "né", "a\nb", f"k{dice.randrange(9)}",
                             f"key {dice.randrange(100_000)}")) for _ in range(dice.randrange(limit))}
        return {key: value() for key in sorted(keys, key=lambda _: dice.random())}

    def number():
        return dice.choice((None, dice.randrange(100), dice.randrange(1 << 40)))

    for _ in range(count):
        row = {"m": entries(8, number), "i": number()}
        if dice.random() < 0.5:
            row["n"] = entries(4, lambda: {"a": number(), "b": entries(3, lambda: "t" * 20)})
        text = json.dumps(row, ensure_ascii=dice.random() < 0.5)
        if dice.random() < 0.05:
            text = dice.choice((text[:-2], text.replace('"m": {', '"m": {"id":1,"id":2,'),
                                text + "}"))
        yield text


def settings(**options):
    return Settings(Options(maps=maps_of(FIELDS)), **options)


def schema_file(folder, fields):
    path = folder / "schema.json"
    path.write_text(json.dumps({"varve_schema": 1, "fields": fields}))
    return path


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Several files, so that threads have something to share."""
    folder = tmp_path_factory.mktemp("maps")
    sources = [folder / f"{number}.ndjson" for number in range(4)]
    for number, source in enumerate(sources):
        source.write_text("".join(line + "\n" for line in rows(8_000, number)))
    return sources, schema_file(folder, FIELDS)


def output_bytes(inputs, folder, *args, env=None):
    sources, schema = inputs
    summary = convert(sources, folder / "out.parquet", "--schema", schema, "--row-group-rows",
                      3_000, *args, env=env)
    return (folder / "out.parquet").read_bytes(), summary


def test_many_rows(inputs, tmp_path):
    """Dictionaries given up, several pages and row groups: every value, by every reader."""
    _, summary = output_bytes(inputs, tmp_path)
    assert summary["quarantined"] > 1000 and summary["rows"] > 20_000
    assert check(inputs[0], summary, settings()) == []
    metadata = pq.ParquetFile(tmp_path / "out.parquet").metadata
    assert metadata.num_row_groups >= 8


@pytest.mark.parametrize("args, env", [
    (("--threads", 1), {}), (("--threads", 3), {}), ((), {"VARVE_PARSER": "general"}),
    *(((), {"VARVE_SIMD": level}) for level in ("scalar", "sse4", "avx2", "avx512"))])
def test_same_bytes(inputs, tmp_path, args, env):
    """Whatever the number of threads, the instruction set and the parser."""
    skip_without(env.get("VARVE_SIMD"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    expected, _ = output_bytes(inputs, tmp_path / "a", "--threads", 2)
    actual, _ = output_bytes(inputs, tmp_path / "b", *args, env=env)
    assert actual == expected


def flat(column, part):
    """Keys or items of a chunked map column, in order."""
    return [value for chunk in column.chunks for value in getattr(chunk, part).to_pylist()]


def test_statistics(inputs, tmp_path):
    """Of keys and values: bounds, null counts, page index."""
    output_bytes(inputs, tmp_path)
    file = pq.ParquetFile(tmp_path / "out.parquet")
    for number in range(file.num_row_groups):
        column = file.read_row_group(number, columns=["m"])["m"]
        group = file.metadata.row_group(number)
        chunks = {chunk.path_in_schema: chunk for chunk in map(group.column,
                                                               range(group.num_columns))}
        keys, values = chunks["m.key_value.key"], chunks["m.key_value.value"]
        without = sum(not entries for entries in column.to_pylist())
        assert without > 0
        items = flat(column, "items")
        for chunk, found, nulls in ((keys, flat(column, "keys"), without),
                                    (values, items, without + items.count(None))):
            found = [value for value in found if value is not None]
            statistics = chunk.statistics
            assert (statistics.min, statistics.max) == (min(found), max(found))
            assert statistics.null_count == nulls
            assert chunk.num_values == len(items) + without
            assert chunk.has_column_index and chunk.has_offset_index


def test_a_late_map_and_a_late_column(tmp_path):
    """Row groups in which a map never occurs have the same columns as the others."""
    source = tmp_path / "in.ndjson"
    lines = ['{"i":1}'] * 10 + ['{"i":2,"m":{"a":1}}'] + ['{"i":3,"n":{"k":{"c":[1]}}}'] * 5
    source.write_text("\n".join(lines))
    summary = convert([source], tmp_path / "out", "--schema", schema_file(tmp_path, FIELDS),
                      "--row-group-rows", 4)
    table = pq.read_table(summary["outputs"][0]["path"])
    assert table["m"].to_pylist() == [None] * 10 + [[("a", 1)]] + [None] * 5
    assert table["n"].to_pylist() == [None] * 11 + [
        [("k", {"a": None, "b": None, "c": [1]})]] * 5


MODES = [{"name": "m", **map_of({"type": "int64"})},
         {"name": "s", **map_of(struct_of(x={"type": "bool"}))}]
MISFITS = ['{"m":{"a":1,"b":null},"s":{"k":{"x":true}}}', '{"m":{"a":"1","b":2,"c.d":[3]}}',
           '{"m":[1]}', '{"s":{"k":{"y":1},"l":7}}', '{"m":{"a":0.5,"a":1}}', '{"m":{}}']


def convert_misfits(tmp_path, mode):
    source = tmp_path / "in.ndjson"
    source.write_text("\n".join(MISFITS))
    summary = convert([source], tmp_path / "out", "--schema", schema_file(tmp_path, MODES),
                      "--mode", mode)
    return summary, pq.read_table(summary["outputs"][0]["path"])


def test_strict(tmp_path):
    summary, table = convert_misfits(tmp_path, "strict")
    assert table.to_pylist() == [{"m": [("a", 1), ("b", None)], "s": [("k", {"x": True})]},
                                 {"m": [], "s": None}]
    records = list(quarantine_records(summary["quarantine"]))
    assert [record["line"] for record in records] == [2, 3, 4, 5]
    assert [record["code"] for record in records] == ["schema_mismatch"] * 3 + ["duplicate_key"]


def test_rescue(tmp_path):
    """A value that does not fit is null in its map and stands under its key in _rescued."""
    summary, table = convert_misfits(tmp_path, "rescue")
    assert table["m"].to_pylist() == [
        [("a", 1), ("b", None)], [("a", None), ("b", 2), ("c.d", None)], None, None, []]
    assert table["s"].to_pylist() == [
        [("k", {"x": True})], None, None, [("k", {"x": None}), ("l", None)], None]
    rescued = [text and json.loads(text) for text in table["_rescued"].to_pylist()]
    assert rescued == [None, {"m.a": "1", r"m.c\.d": [3]}, {"m": [1]}, {"s.k.y": 1, "s.l": 7}, None]
    assert summary["quarantined"] == 1


def test_cast_and_rename_below_a_map(tmp_path):
    """Paths go through maps as they go through lists."""
    source = tmp_path / "in.ndjson"
    source.write_text('{"s":{"k":{"x":true,"p":"1.50"}}}\n{"s":{"l":{"p":"x"}}}\n')
    summary = convert([source], tmp_path / "out", "--schema", schema_file(tmp_path, MODES),
                      "--cast", "s.p=decimal(5,2)", "--rename", "s.x=renamed")
    table = pq.read_table(summary["outputs"][0]["path"])
    assert [(key, value["renamed"], str(value["p"])) for key, value in
            table["s"].to_pylist()[0]] == [("k", True, "1.50")]
    assert (summary["rows"], summary["quarantined"]) == (1, 1)


def test_cast_of_a_key_not_yet_seen_below_a_map(tmp_path):
    source = tmp_path / "in.ndjson"
    source.write_text('{"s":{"k":{"x":true}}}\n')
    summary = convert([source], tmp_path / "out", "--schema", schema_file(tmp_path, MODES),
                      "--cast", "s.late=date")
    table = pq.read_table(summary["outputs"][0]["path"])
    assert table["s"].to_pylist() == [[("k", {"x": True, "late": None})]]
