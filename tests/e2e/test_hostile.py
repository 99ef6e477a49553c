"""Hostile values, keys and structures: types, counts and every value, in any order of lines."""

import json

import pyarrow.parquet as pq
import pytest
from conftest import convert
from hostile import Case, bad, lines, run_case, values
from oracle.oracle import check

NUMBERS = {
    "minus zero among integers": values("int64", "-0", "0", "-1"),
    "minus zero among fractions": values("double", "-0.0", "0.0", "0.5"),
    "integer minus zero among fractions": values("double", "-0", "0.5", "0"),
    "spellings of one": values("double", "1.0", "1.00", "10e-1", "1"),
    "exponents": values("double", "1e2", "1E2", "1e+2", "1e-2", "0e0", "-0e-0"),
    "2^53 among fractions": values("double", "9007199254740992", "-9007199254740992", "0.5"),
    "2^53 - 1 among fractions": values("double", "9007199254740991", "0.5"),
    "2^53 + 1 among fractions": values("string", "9007199254740993", "0.5"),
    "-2^53 - 1 among fractions": values("string", "0.5", "-9007199254740993"),
    "2^53 + 1 among integers": values("int64", "9007199254740993", "1"),
    "exact beyond 2^53 among fractions": values("double", "9007199254740994", "0.5"),
    "largest int64 among fractions": values("string", "9223372036854775807", "0.5"),
    "int64 bounds": values("int64", "9223372036854775807", "-9223372036854775808"),
    "just beyond int64": values("decimal", "9223372036854775808", "-1"),
    "largest u64": values("decimal", "18446744073709551615", "-9223372036854775808", "0"),
    "beyond u64": values("string", "18446744073709551616", "1", "18446744073709551615"),
    "below int64": values("string", "-9223372036854775809", "1"),
    "u64 and below int64": values("string", "-9223372036854775809", "18446744073709551615"),
    "thousand digits": values("string", "9" * 1000, "-" + "1" * 1000),
    "beyond double": bad("1e400", "-1e400", "1e309", "1.8e308", "123456789e9999999999"),
    "overflow inside containers": bad("[1e400]", '{"a":{"b":[1,-1e999]}}'),
    "largest double": values("double", "1.7976931348623157e308", "-1.7976931348623157e308"),
    "subnormals": values("double", "5e-324", "-5e-324", "2.2250738585072014e-308"),
    "underflow": values("double", "1e-400", "0.5", rounded=1),
    "long zero": values("double", "0." + "0" * 500, "0e-500", "0.5"),
    "halfway cases": values("double", "9007199254740993.0", "2.2250738585072011e-308",
                            "0.500000000000000166533453693773481063544750213623046875", rounded=3),
    "17 digits": values("double", "0.30000000000000004", "1.7976931348623157", "5.0"),
    "digits beyond a double": values("double", "0.1234567890123456789012345",
                                     "3.14159265358979323846264338327950288", rounded=2),
    "exact long expansion": values(
        "double", "0.1000000000000000055511151231257827021181583404541015625"),
    "grammar": bad("01", "-01", "00", "+1", ".5", "-.5", "1.", "1.e5", "1e", "1e+", "-", "--1",
                   "0x10", "1_000", "1,5", "1 2", "1.5.2", "0e", "1e1.5", "1a", "٣"),
    "not numbers": bad("NaN", "Infinity", "-Infinity", "nan", "inf", "-NaN"),
    "not literals": bad("True", "FALSE", "nul", "nulll", "tru", "undefined", "None", ""),
}

STRINGS = {
    "escapes": values("string", r'"\"\\\/\b\f\n\r\t"', r'"A\u00e9\u20AC"', '"/"'),
    "escaped and plain are one": values("string", r'"A"', '"A"', '"\\u0041\\u0041"'),
    "zero character": values("string", r'"\u0000"', r'"a\u0000b"', '"a"'),
    "surrogate pairs": values("string", r'"\ud83d\ude00"', '"😀"', r'"\uDBFF\uDFFF"'),
    "lone surrogates": bad(r'"\ud800"', r'"\udc00"', r'"\ud800\u0041"', r'"\ud800\ud800"',
                           r'"\udc00\ud800"', r'"\ud800x"', r'{"\ud800":1}', r'["\udfff"]'),
    "control characters": bad(*(b'"%c"' % code for code in range(32) if code != 10)),
    "delete is no control character": values("string", '"\x7f"'),
    "invalid UTF-8": bad(b'"\x80"', b'"\xff"', b'"\xfe\xff"', b'"\xc3"', b'"\xe2\x82"',
                         b'"\xf0\x9f\x98"', b'{"\xff":1}'),
    "overlong UTF-8": bad(b'"\xc0\x80"', b'"\xc1\xbf"', b'"\xe0\x80\x80"', b'"\xf0\x80\x80\x80"'),
    "encoded surrogates": bad(b'"\xed\xa0\x80"', b'"\xed\xbf\xbf"'),
    "beyond Unicode": bad(b'"\xf4\x90\x80\x80"', b'"\xf5\x80\x80\x80"'),
    "edges of UTF-8": values("string", '"\x80"', '"\u07ff"', '"\u0800"', '"\ud7ff"', '"\ue000"',
                             '"\uffff"', '"\U00010000"', '"\U0010ffff"'),
    "bad escapes": bad(r'"\x41"', r'"\u12"', r'"\u12G4"', r'"\ "', r'"\0"', r'"\U00000041"',
                       '"\\"', r'"\'"', "'a'", '"a', 'a"'),
    "empty and blank": values("string", '""', '" "', "null"),
    "like other types": values("string", '"1"', '"true"', '"null"', '"02134"', '"[]"'),
    "one megabyte": values("string", '"' + "x" * (1 << 20) + '"', '"é' + "y" * (1 << 20) + '"'),
    "one megabyte of escapes": values("string", '"' + "\\n" * (1 << 19) + '"', '"a"'),
    "around a vector's width": values(
        "string", *('"' + "a" * size + r"\t" + "é" * (size % 3) + '"' for size in range(140))),
}

KEYS = {
    "empty key": lines({"": "int64", "a": "int64"}, '{"":1,"a":2}', '{"a":3}'),
    "dots": lines({"a.b": "int64", "a": "struct<b: string>"}, '{"a.b":1,"a":{"b":"x"}}'),
    "odd characters": lines(
        {key: "int64" for key in (" ", "a b", "a/b", "a\\b", 'q"', "=", "a,b;{}()\n\t", "é", "😀")},
        json.dumps({key: 1 for key in (" ", "a b", "a/b", "a\\b", 'q"', "=", "a,b;{}()\n\t", "é",
                                       "😀")})),
    "differing by case": lines({"a": "int64", "A": "string", "É": "int64", "é": "bool"},
                               '{"a":1,"A":"x","É":2,"é":true}', '{"A":"y"}', '{"a":2}'),
    "nested, differing by case": lines({"v": "struct<K: bool, k: int64>"},
                                       '{"v":{"k":1,"K":true}}', '{"v":{"K":false}}'),
    "duplicates": Case([b'{"v":7}', b'{"v":1,"v":1}', b'{"v":1,"w":2,"v":null}',
                        b'{"v":1,"\\u0076":2}', b'{"w":{"a":1,"a":2}}', b'{"w":[{"a":1,"a":1}]}',
                        b'{"v":1,"":1,"":2}'], {"v": "int64"}, bad=6),
    "duplicates inside JSON text": values("json", "1", '"x"', '{"a":1,"a":2}', bad=1),
    "many keys, one twice": lines({}, "{" + ",".join(f'"k{i % 200}":1' for i in range(201)) + "}",
                                  bad=1),
    "key with a zero character": lines({"a\0b": "int64", "a": "int64"}, r'{"a\u0000b":1,"a":2}'),
    "escaped key": lines({"ab": "int64"}, r'{"\u0061b":1}', '{"ab":2}', r'{"a\u0062":3}'),
    "long key": lines({"k" * 5000: "int64"}, '{"' + "k" * 5000 + '":1}'),
    "names like ours": lines({"_source": "string", "_line": "int64", "_rescued": "bool"},
                             '{"_source":"x","_line":1,"_rescued":true}'),
    "names like a list's": lines({"list": "struct<element: list<int64>>"},
                                 '{"list":{"element":[1,2]}}', '{"list":{"element":[]}}'),
    "keys in another order": lines({"a": "int64", "b": "string", "c": "bool"},
                                   '{"a":1,"b":"x","c":true}', '{"c":false,"b":"y","a":2}',
                                   '{"b":"z"}', '{"c":true,"a":3}'),
    "spaces everywhere": lines({"a": "int64", "b": "list<int64>"},
                               ' \t{ "a" : 1 , "b" : [ 1 , 2 ] } \t\r', '{"a":2,"b":[3]}'),
}

STRUCTURE = {
    "presence of an empty object": values("struct<a: int64>", "{}", '{"a":1}', "null"),
    "only empty objects": values("json", "{}", "null", "{ }"),
    "only nulls": values("string", "null", "null"),
    "only empty lists": values("list<string>", "[]", "null", "[ ]"),
    "lists of nulls": values("list<string>", "[null]", "[]", "[null,null]"),
    "empty lists in lists": values("list<list<string>>", "[[]]", "[]", "[null,[null]]"),
    "lists of lists": values("list<list<int64>>", "[[1],[],[2,3],null]", "[]", "null", "[[null]]"),
    "list of mixed scalars": values("list<json>", '[1,"a",null,true]', "[{}]", "[[1, 2]]"),
    "lists that differ": values("list<json>", "[1]", '["a"]'),
    "lists of both numbers": values("list<double>", "[1,2]", "[0.5]"),
    "list and scalar": values("json", "[1]", "1", "null"),
    "list and struct": values("json", "[1]", '{"a":1}'),
    "struct and scalar": values("json", '{"a": 1}', "7", '{"b":[1,  2]}'),
    "bool and integer": values("json", "true", "1"),
    "string and integer": values("json", '"1"', "1", r'"\u0031"'),
    "string and bool": values("json", '"true"', "true"),
    "late null": values("int64", "1", "2", "null"),
    "null, then struct": values("struct<a: int64>", "null", '{"a":null}', '{"a":1}'),
    "integer, then fraction": values("double", "1", "2", "3", "0.25"),
    "fraction, then string": values("json", "0.250", "1.0", '"x"'),
    "empty list, then struct list": values("list<struct<a: string>>", "[]", '[{"a":"x"},{},null]'),
    "mixed below": values("struct<a: struct<b: json>>", '{"a":{"b":1}}', '{"a":{"b":[ 1 ]}}',
                          '{"a":{"b":null}}', '{"a":{}}', "{}", "null"),
    "JSON text keeps every space": values(
        "json", '{ "a" :\t[ 1 ,2.50 ] }', '"x"', "[\r]", r'"\u0041\/"', "1E5", "true"),
    "late key": lines({"a": "int64", "b": "string"}, *['{"a":1}'] * 3000, '{"a":2,"b":"x"}'),
    "early key": lines({"a": "int64", "b": "string"}, '{"a":2,"b":"x"}', *['{"a":1}'] * 3000),
    "late wider type": lines({"a": "string"}, *['{"a":"2025-01-01"}'] * 3000, '{"a":"soon"}'),
    "late mixed type": lines({"a": "json"}, *['{"a":1.50}'] * 3000, '{"a":"x"}'),
    "late big integer": lines({"a": "string"}, *['{"a":0.50}'] * 3000, '{"a":9007199254740993}'),
    "rows without values": lines({"a": "int64"}, "{}", '{"a":1}', "{}", '{"a":null}'),
    "bad lines leave no trace": Case(
        [b'{"a":1}', b'{"a":"text","b":1', b'{"a":0.5,"c":"x"}}', b'{"a":2}',
         b'{"a":[1],"d":1,"d":2}', b'{"a":null,"e":"\\ud800"}', b'{"f":1e999}'],
        {"a": "int64"}, bad=5),
    "not objects": Case([b'{"a":1}', b"[]", b'[{"a":1}]', b"1", b'"a"', b"null", b"true"],
                        {"a": "int64"}, bad=6),
    "not one object": Case(
        [b'{"a":1}', b'{"a":1}{"a":2}', b'{"a":1} {"a":2}', b'{"a":1},', b'{"a":1}x', b'{"a":1}]',
         b'{"a":1', b'{"a"', b"{", b"}", b'{"a":1,}', b'{,"a":1}', b'{"a":1 "b":2}', b'{"a" 1}',
         b"{a:1}", b"{1:1}", b'{"a"::1}', b'{"a":1,,"b":2}', b'{"a":[1,]}', b'{"a":[,1]}',
         b'{"a":[1 2]}', b'{"a":[1}', b'{"a":{]}', b'{"a":1}//', b'{"a":/**/1}', b'\x00{"a":1}',
         b'{"a":1}\x00', b'{"a":\x0b1}', b'{"a":1}\x0c', b"{null:1}", b'{"a":1}\r{"a":2}'],
        {"a": "int64"}, bad=30),
    "depth 20": values("list<" * 19 + "int64" + ">" * 19, "[" * 19 + "1" + "]" * 19),
    "depth 20 of objects": values("struct<a: " * 19 + "int64" + ">" * 19,
                                  '{"a":' * 19 + "1" + "}" * 19),
    "depth 101": bad("[" * 100 + "]" * 100, '{"a":' * 100 + "1" + "}" * 100),
    "depth of a megabyte": bad("[" * (1 << 20), '{"a":' * (1 << 18)),
}

DATES = {
    "instants": values("timestamp_utc", '"2025-01-17T10:20:30Z"', '"1970-01-01T00:00:00.000000Z"',
                       "null"),
    "offsets": values("timestamp_utc", '"2025-01-17T10:20:30+02:00"', '"2025-01-17T10:20:30-05:30"',
                      '"2025-01-17T10:20:30Z"', '"2025-01-17T10:20:30+00:00"'),
    "fractions": values("timestamp_utc", *(f'"2025-01-17T10:20:30.{"123456"[:digits]}Z"'
                                           for digits in range(1, 7))),
    "before 1970": values("timestamp_utc", '"1969-12-31T23:59:59.999999Z"',
                          '"1900-02-28T00:00:00.1Z"'),
    "local": values("timestamp_local", '"2025-01-17T10:20:30"', '"2025-01-17T10:20:30.5"'),
    "dates": values("date", '"2025-01-17"', '"1969-12-31"', '"2024-02-29"', '"2000-02-29"'),
    "first and last": values("timestamp_utc", '"0001-01-01T00:00:00Z"',
                             '"9999-12-31T23:59:59.999999Z"'),
    "first and last date": values("date", '"0001-01-01"', '"9999-12-31"'),
    "instants beyond the years": values("timestamp_utc", '"0001-01-01T00:00:00+14:00"',
                                        '"9999-12-31T23:59:59-14:00"'),
    "with escapes": values("timestamp_utc", r'"2025-01-17T10:20:30\u005a"',
                           r'"\u0032025-01-17T10:20:30Z"'),
    "in lists and structs": values("struct<a: list<date>, b: timestamp_local>",
                                   '{"a":["2025-01-17",null],"b":"2025-01-17T00:00:00"}', "{}"),
    "same instants, other spellings": values(
        "timestamp_utc", '"2025-01-17T10:00:00Z"', '"2025-01-17T12:00:00+02:00"',
        '"2025-01-17T10:00:00.0Z"', '"2025-01-17T10:00:00.000000+00:00"'),
}
NOT_DATES = {
    "zone and no zone": ["2025-01-17T10:20:30Z", "2025-01-17T10:20:30"],
    "date and timestamp": ["2025-01-17", "2025-01-17T10:20:30"],
    "date and instant": ["2025-01-17", "2025-01-17T00:00:00Z"],
    "seven digits": ["2025-01-17T10:20:30.1234567Z"],
    "seven digits, last zero": ["2025-01-17T10:20:30.1234560Z"],
    "nine digits": ["2025-01-17T10:20:30.123456789"],
    "no digits": ["2025-01-17T10:20:30.Z"],
    "month 13": ["2020-13-01"],
    "month 0": ["2020-00-01"],
    "day 0": ["2020-01-00"],
    "day 32": ["2020-01-32"],
    "February 30": ["2020-02-30"],
    "no leap year": ["2023-02-29"],
    "no leap century": ["1900-02-29T00:00:00Z"],
    "hour 24": ["2025-01-17T24:00:00Z"],
    "hour 25": ["2025-01-17T25:00:00Z"],
    "minute 60": ["2025-01-17T10:60:00Z"],
    "leap second": ["2016-12-31T23:59:60Z"],
    "offset 24:00": ["2025-01-17T10:20:30+24:00"],
    "offset minutes 60": ["2025-01-17T10:20:30+01:60"],
    "negative year": ["-0001-01-01"],
    "five-digit year": ["12025-01-17"],
    "expanded year": ["+002025-01-17"],
    "week date": ["2025-W03-5"],
    "ordinal date": ["2025-017"],
    "basic format": ["20250117T102030Z"],
    "basic date": ["20250117"],
    "slashes": ["2025/01/17"],
    "month only": ["2025-01"],
    "surrounding space": [" 2025-01-17"],
    "trailing space": ["2025-01-17 "],
    "trailing text": ["2025-01-17T10:20:30Zulu"],
    "empty string among dates": ["2025-01-17", ""],
    "other digits": ["２０２５-01-17"],
    "zone name": ["2025-01-17T10:20:30[Europe/Helsinki]"],
    "date with a zone": ["2025-01-17Z"],
}
CASES = {
    **NUMBERS, **STRINGS, **KEYS, **STRUCTURE, **DATES,
    **{f"not a date: {name}": values("string", *map(json.dumps, texts))
       for name, texts in NOT_DATES.items()},
}


@pytest.mark.parametrize("name", CASES)
def test_case(tmp_path, name):
    """As it is, by every reader; with the lines turned round; and by the general parser."""
    case = CASES[name]
    run_case(case, tmp_path / "forward")
    turned = Case(case.lines[::-1], case.columns, case.bad, case.blank, case.rounded)
    run_case(turned, tmp_path / "turned", readers=("pyarrow",))
    run_case(case, tmp_path / "general", readers=("pyarrow",), env={"VARVE_PARSER": "general"})


@pytest.mark.parametrize("threads", [1, 2])
def test_all_cases_as_one_dataset(tmp_path, threads):
    """Every case a file: one schema for all; line counts add up; values survive."""
    sources = []
    for number, case in enumerate(CASES.values()):
        if len(case.data) < 100_000 and "v" in case.columns:
            sources.append(tmp_path / f"{number:03}.ndjson")
            sources[-1].write_bytes(case.data)
    summary = convert(sources, tmp_path / "out", "--threads", threads)
    assert check(sources, summary) == []


@pytest.mark.parametrize("value", ["[" * 99 + "1" + "]" * 99, '{"a":' * 99 + "1" + "}" * 99])
def test_depth_100_is_accepted_and_readable(tmp_path, value):
    """Deeper than readers go, a value is kept as JSON text."""
    (tmp_path / "in.ndjson").write_text(f'{{"v":{value}}}\n{{"v":null}}\n')
    summary = convert([tmp_path / "in.ndjson"], tmp_path / "out")
    assert (summary["rows"], summary["quarantined"]) == (2, 0)
    assert check([tmp_path / "in.ndjson"], summary) == []


def test_map_of_many_keys(tmp_path):
    """More than 1,000 distinct keys: no columns of their own."""
    rows = [json.dumps({"v": {f"k{row * 10 + i}": i for i in range(10)}}) for row in range(101)]
    (tmp_path / "in.ndjson").write_text("\n".join([*rows, '{"v":{}}', '{"v":null}', "{}"]))
    summary = convert([tmp_path / "in.ndjson"], tmp_path / "out")
    assert check([tmp_path / "in.ndjson"], summary) == []
    assert len(pq.ParquetFile(summary["outputs"][0]["path"]).schema) <= 2


def test_a_thousand_keys_are_a_struct(tmp_path):
    case = lines({"v": "struct<" + ", ".join(sorted(f"k{i}: int64" for i in range(1000))) + ">"},
                 json.dumps({"v": {f"k{i}": i for i in range(1000)}}), '{"v":{"k7":1}}')
    run_case(case, tmp_path / "case")


def test_ten_thousand_columns(tmp_path):
    names = [f"c{i}" for i in range(10_000)]
    case = lines(dict.fromkeys(names, "int64"), json.dumps(dict.fromkeys(names, 1)), '{"c7":2}')
    run_case(case, tmp_path / "case")


def test_rows_without_any_column(tmp_path):
    (tmp_path / "in.ndjson").write_text("{}\n{}\n")
    summary = convert([tmp_path / "in.ndjson"], tmp_path / "out")
    assert (summary["rows"], summary["quarantined"]) == (2, 0)
    assert sum(pq.ParquetFile(out["path"]).metadata.num_rows for out in summary["outputs"]) == 2
