"""A small input and its correct conversion, both written by hand: what the oracle is tested on."""

import datetime
import json
import os
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

UTC = datetime.timezone.utc
MAPS = frozenset({("mp",)})  # what the schema given says
LINES = [
    b'{"id":1,"u":18446744073709551615,"big":18446744073709551616,"d":-0.0,"n":9007199254740993,'
    b'"b":true,"s":"a\\u0062\\n\xc3\xa9","ts":"2025-01-17T10:00:00.000001+02:00",'
    b'"tl":"1969-12-31T23:59:59.9","day":"2024-02-29","mix":{"k" : [1, "x"]},'
    b'"st":{"x":1,"y":["p",null,"q"]},"l":[1.5,2],"e":null,"key":"lower","Key":"upper",'
    b'"mp":{"k":{"z":1},"":null,"\\u0065":{}}}',
    b"",
    b'{"id":2,"d":0.1,"n":1.5,"b":false,"s":"","mix":"text","st":{},"l":[],"big":1,"mp":{}}',
    b'{"id":2,"id":3}',
    b' {"id":3,"u":0,"d":7,"s":"02134","ts":"0001-01-01T00:00:00Z","mix":3.50,"st":null} \r',
    b'{"id":4,"s":"\xff"}',
    b'{"id":4,"l":[null],"st":{"y":[]},"mix":null}',
]


def table():
    """The rows LINES must become."""
    return pa.table({
        "id": pa.array([1, 2, 3, 4], pa.int64()),
        "u": pa.array([Decimal(18446744073709551615), None, Decimal(0), None],
                      pa.decimal128(20, 0)),
        "big": pa.array(["18446744073709551616", "1", None, None]),
        "d": pa.array([-0.0, 0.1, 7.0, None]),
        "n": pa.array(["9007199254740993", "1.5", None, None]),
        "b": pa.array([True, False, None, None]),
        "s": pa.array(["ab\né", "", "02134", None]),
        "ts": pa.array([datetime.datetime(2025, 1, 17, 8, 0, 0, 1, tzinfo=UTC), None,
                        datetime.datetime(1, 1, 1, tzinfo=UTC), None],
                       pa.timestamp("us", tz="UTC")),
        "tl": pa.array([datetime.datetime(1969, 12, 31, 23, 59, 59, 900000), None, None, None],
                       pa.timestamp("us")),
        "day": pa.array([datetime.date(2024, 2, 29), None, None, None]),
        "mix": pa.ExtensionArray.from_storage(
            pa.json_(), pa.array(['{"k" : [1, "x"]}', '"text"', "3.50", None])),
        "st": pa.array([{"x": 1, "y": ["p", None, "q"]}, {}, None, {"y": []}],
                       pa.struct({"x": pa.int64(), "y": pa.list_(pa.string())})),
        "l": pa.array([[1.5, 2.0], [], None, [None]], pa.list_(pa.float64())),
        "e": pa.array([None] * 4, pa.string()),
        "key": pa.array(["lower", None, None, None]),
        "Key_2": pa.array(["upper", None, None, None]),
        "mp": pa.array([[("k", {"z": 1}), ("", None), ("e", {})], [], None, None],
                       pa.map_(pa.string(), pa.struct({"z": pa.int64()}))),
    }).replace_schema_metadata({"varve.name_mapping": json.dumps({"Key_2": "Key"})})


def _bad_lines():
    offset = 0
    for number, line in enumerate(LINES, 1):
        if number in (4, 6):
            yield number, offset, line
        offset += len(line) + 1


def write(folder, tables):
    """Writes LINES and their conversion; returns (inputs, summary)."""
    source = os.path.join(folder, "in.ndjson")
    with open(source, "wb") as file:
        file.write(b"\n".join(LINES))
    quarantine = os.path.join(folder, "quarantine.ndjson")
    with open(quarantine, "w", encoding="utf-8") as file:
        for number, offset, line in _bad_lines():
            record = {"file": source, "line": number, "offset": offset, "code": "bad",
                      "message": "bad line"}
            try:
                record["raw"] = line.decode()
            except UnicodeDecodeError:
                import base64
                record["raw_base64"] = base64.b64encode(line).decode()
            file.write(json.dumps(record) + "\n")
    outputs = []
    for number, part in enumerate(tables):
        path = os.path.join(folder, f"part-{number:05}.parquet")
        pq.write_table(part, path)
        outputs.append({"path": path, "rows": part.num_rows, "bytes": os.path.getsize(path)})
    summary = {"lines": 7, "rows": 4, "quarantined": 2, "blank": 1, "numbers_rounded": 0,
               "outputs": outputs, "quarantine": [quarantine]}
    return [source], summary
