"""The oracle's own judges: lines, spans, ISO 8601 and the lattice."""

import json

import pytest

from oracle import iso8601, lattice, lines, spans
from oracle.lines import Rejected, parse_line

ROW = (b'{"a" : 1.50, "b":[ 1 ,{"x":"q\\"]}"} , null,[] ],"c":{"":"\xc3\xa9 } ","d":{ }},'
       b'"e":true , "f\\u0061":-0, "g":"x\\\\"}')


@pytest.mark.parametrize("raw, reason", [
    (b'{"a":1,"\\u0061":2}', "duplicate_key"),
    (b'{"a":{"b":1,"b":2}}', "duplicate_key"),
    (b'{"a":"\xc0\x80"}', "utf8"),
    (b'{"a":"\xed\xa0\x80"}', "utf8"),
    (b'{"a":"\\ud800"}', "surrogate"),
    (b'{"\\udc00":1}', "surrogate"),
    (b'{"a":"\x01"}', "syntax"),
    (b'{"a":NaN}', "syntax"),
    (b'{"a":-Infinity}', "syntax"),
    (b'{"a":1e400}', "number_range"),
    (b'{"a":[-1e400]}', "number_range"),
    (b'{"a":1} x', "syntax"),
    (b'{"a":1}{"a":2}', "syntax"),
    (b'\xef\xbb\xbf{"a":1}', "syntax"),
    (b"\x00", "syntax"),
    (b"\x0b", "syntax"),
    (b"[1]", "not_object"),
    (b"null", "not_object"),
    (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "depth"),
    (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "depth"),
])
def test_rejected(raw, reason):
    with pytest.raises(Rejected) as caught:
        parse_line(raw)
    assert caught.value.args[0] == reason


def test_accepted():
    assert parse_line(b" \t\r") is None
    assert parse_line(b'{"a":"\\ud83d\\ude00"}') == {"a": "😀"}
    assert parse_line(b'{"a":' + b"[" * 99 + b"]" * 99 + b"}")
    assert parse_line(b'{"a":' + b"9" * 10_000 + b"}") == {"a": "9" * 10_000}


def test_spans_agree_with_json():
    assert spans.extract(ROW.decode(), None) == parse_line(ROW)


def test_spans_keep_source_text():
    plan = {"b": {None: "json"}, "c": "json", "fa": "json"}
    row = spans.extract(ROW.decode(), plan)
    assert row["b"] == ["1", '{"x":"q\\"]}"}', None, "[]"]
    assert row["c"] == '{"":"é } ","d":{ }}'
    assert row["fa"] == "-0"
    assert row["a"] == "1.50" and row["g"] == "x\\"


def test_framing():
    data = b'\xef\xbb\xbf{"a":1}\r\n\n \t\n{"a":2}'
    assert list(lines.split_lines(data)) == [
        (3, b'{"a":1}\r'), (12, b""), (13, b" \t"), (16, b'{"a":2}')]
    assert list(lines.split_lines(b"\xef\xbb\xbf")) == []
    assert list(lines.split_lines(b"\n")) == [(0, b"")]


@pytest.mark.parametrize("text, expected", [
    ("1970-01-01", ("date", 0)),
    ("2024-02-29", ("date", 19782)),
    ("0000-02-29", ("date", -719469)),
    ("2023-02-29", None),
    ("1970-01-01T00:00:01", ("timestamp_local", 1_000_000)),
    ("1969-12-31T23:59:59.999999Z", ("timestamp_utc", -1)),
    ("1970-01-01T01:30:00.5+01:30", ("timestamp_utc", 500_000)),
    ("1969-12-31T23:00:00-01:00", ("timestamp_utc", 0)),
    ("9999-12-31T23:59:59.999999Z", ("timestamp_utc", 253402300799999999)),
    ("1970-01-01T00:00:00.1234567Z", None),
    ("1970-01-01T00:00:60Z", None),
    ("1970-01-01T24:00:00Z", None),
    ("1970-01-01T00:00:00+24:00", None),
    ("1970-13-01", None),
    ("1970-01-01\n", None),
    ("١٩٧٠-01-01", None),
])
def test_iso8601(text, expected):
    assert iso8601.parse(text) == expected


@pytest.mark.parametrize("values, expected", [
    ("null", "unknown"),
    ("null, true", "bool"),
    ("1, -9223372036854775808", "int64"),
    ("1, 9223372036854775808", "decimal"),
    ("-1, 18446744073709551615", "decimal"),
    ("18446744073709551616", "number_text"),
    ("-9223372036854775809", "number_text"),
    ("1, 0.5, 9007199254740992", "double"),
    ("1, 0.5, 9007199254740993", "number_text"),
    ('"2025-01-01", null', "date"),
    ('"2025-01-01T00:00:00Z", "2025-01-01T00:00:00+01:00"', "timestamp_utc"),
    ('"2025-01-01T00:00:00Z", "2025-01-01T00:00:00"', "string"),
    ('"2025-01-01", "2025-01-01T00:00:00"', "string"),
    ('"1", 1', "json"),
    ("true, 1", "json"),
    ("{}, []", "json"),
    ("[1], 1", "json"),
    ("[], [null]", "list<unknown>"),
    ('[1], [0.5], ["a"]', "list<json>"),
    ('{"a":1}, {"b":{"c":"x"}}, {}', "struct<a: int64, b: struct<c: string>>"),
])
def test_lattice(values, expected):
    row = parse_line(f'{{"v":[{values}]}}'.encode())
    assert str(lattice.infer(row["v"])) == expected


FIELDS = [
    {"name": "a", "key": "m", "type": "map", "value": {"type": "int64"}},
    {"name": "n", "type": "map", "value": {"type": "list", "element": {
        "type": "map", "value": {"type": "struct", "fields": [
            {"name": "x", "type": "map", "value": {"type": "unknown"}}]}}}},
]


def test_given_maps():
    maps = lattice.maps_of(FIELDS)
    assert maps == {("m",), ("n",), ("n", "", ""), ("n", "", "", "", "x")}
    row = parse_line(b'{"m":{"a":1},"n":{"b":[{"c":{"x":{"d":"t"},"y":{"e":1}}}]},"o":{"a":1}}')
    found = lattice.infer_rows([row], lattice.Options(maps=maps))
    assert {key: str(child) for key, child in found.children.items()} == {
        "m": "map<int64>", "o": "struct<a: int64>",
        "n": "map<list<map<struct<x: map<string>, y: struct<e: int64>>>>>"}
    assert str(lattice.infer([None, {}], lattice.Options(maps=maps), ("m",))) == "map<unknown>"
    assert str(lattice.infer([None], lattice.Options(maps=maps), ("m",))) == "map<unknown>"
    assert str(lattice.infer([{}, []], lattice.Options(maps=maps), ("m",))) == "json"


def test_map_rule():
    objects = [parse_line(json.dumps({f"k{i}": i}).encode()) for i in range(1001)]
    assert str(lattice.infer(objects)) == "map<int64>"
    assert lattice.infer(objects[1:]).kind == "struct"
