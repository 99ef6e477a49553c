"""The sample input, and what its lines must read back as, judged by Python's json alone."""

import gzip
import json
import pathlib
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
DAYS = ["2025-01-17", "2025-01-18", "2025-01-19"]


def sample_files():
    return sorted(EXAMPLES.glob("*.ndjson*"))


def content_of(path):
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def strict_object(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


def refuse(text):
    raise ValueError(text)


def finite(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def rows_of(path):
    """(rows, bad line numbers, blank lines) of one sample file, judged by Python's json alone."""
    rows, bad, blank = [], [], 0
    lines = content_of(path).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, 1):
        if not line.strip(b" \t\r"):
            blank += 1
            continue
        try:
            row = json.loads(line.decode(), object_pairs_hook=strict_object, parse_constant=refuse,
                             parse_float=finite)
            if not isinstance(row, dict):
                raise ValueError("not an object")
            json.dumps(row, ensure_ascii=False).encode()  # a lone surrogate does not encode
            rows.append(row)
        except ValueError:
            bad.append(number)
    return rows, bad, blank


def as_type(value, arrow_type):
    """What a JSON value must read back as from a column of this type; absent and null are one."""
    if value is None:
        return None
    if pa.types.is_struct(arrow_type):
        assert set(value) <= {field.name for field in arrow_type}, "a key was lost"
        return {field.name: as_type(value.get(field.name), field.type) for field in arrow_type}
    if pa.types.is_list(arrow_type):
        return [as_type(item, arrow_type.value_type) for item in value]
    if pa.types.is_timestamp(arrow_type):
        return datetime.fromisoformat(value)
    if pa.types.is_date(arrow_type):
        return date.fromisoformat(value)
    if pa.types.is_decimal(arrow_type):
        return Decimal(value)
    return value


def same(left, right):
    """Equal and of the same kind: 1 is not true, and 1 is not "1"."""
    if isinstance(left, dict):
        return (isinstance(right, dict) and left.keys() == right.keys()
                and all(same(left[key], right[key]) for key in left))
    if isinstance(left, list):
        return (isinstance(right, list) and len(left) == len(right)
                and all(map(same, left, right)))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right
