"""Input files as accepted rows, quarantined lines and blank lines, judged by Python's json.

Independent of varve on purpose: framing, UTF-8, grammar, duplicate keys, surrogates, number range
and depth are all decided here with the standard library only.
"""

import gzip
import io
import json
import re
import sys
from dataclasses import dataclass, field

import pyarrow as pa

sys.set_int_max_str_digits(0)  # integers of any length are legal JSON

DEPTH_MAX = 100  # containers open at once, the line's own object included
LINE_BYTES_MAX = 64 << 20
_WHITESPACE = b" \t\r"
_CONTAINERS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


class IntToken(str):
    """An integer's exact source text."""


class FloatToken(str):
    """The exact source text of a number that has a fraction or an exponent."""


class Rejected(ValueError):
    """Why a line must be quarantined; args[0] is a reason that tests may compare."""


class _Interned(dict):
    def __init__(self, make):
        self._make = make

    def __missing__(self, text):
        self[text] = token = self._make(text)
        return token


def _float_token(text):
    if float(text) in (float("inf"), float("-inf")):
        raise Rejected("number_range")
    return FloatToken(text)


def _unique(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Rejected("duplicate_key")
    return result


def _no_constant(_):
    raise Rejected("syntax")


def _decoder():
    return json.JSONDecoder(
        object_pairs_hook=_unique,
        parse_int=_Interned(IntToken).__getitem__,
        parse_float=_Interned(_float_token).__getitem__,
        parse_constant=_no_constant,
    )


def depth_of(text):
    """Most containers open at once in valid JSON text."""
    depth = deepest = 0
    for match in _CONTAINERS.finditer(text):
        token = match.group()
        if token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth -= 1
    return deepest


def parse_line(raw, decoder=None):
    """The row of a line as a dict of tokens; None for a blank line; raises Rejected."""
    if not raw.strip(_WHITESPACE):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("utf8") from error
    try:
        row = (decoder or _decoder()).decode(text)
    except RecursionError as error:
        raise Rejected("depth") from error
    except Rejected:
        raise
    except ValueError as error:
        raise Rejected("syntax") from error
    if not isinstance(row, dict):
        raise Rejected("not_object")
    if "\\u" in text:
        try:
            json.dumps(row, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise Rejected("surrogate") from error
    if text.count("[") + text.count("{") > DEPTH_MAX and depth_of(text) > DEPTH_MAX:
        raise Rejected("depth")
    return row


@dataclass(frozen=True)
class LineRef:
    """Where a line stands: file, number from 1, byte offset in the decompressed file."""

    file: str
    line: int
    offset: int


@dataclass
class Input:
    """What a converter must make of some files."""

    rows: list = field(default_factory=list)  # dicts
    raws: list = field(default_factory=list)  # the bytes of each row's line
    refs: list = field(default_factory=list)  # LineRef of each row
    rejected: dict = field(default_factory=dict)  # LineRef -> (reason, raw bytes)
    lines: int = 0
    blank: int = 0


def decompressed(path):
    """Whole content of a plain, gzip or zstd file; raises OSError/EOFError when it is corrupt."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return pa.CompressedInputStream(io.BytesIO(data), "zstd").read()
    return data


def split_lines(data):
    """(offset, line without its newline) of each; a byte order mark at the start is no data."""
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while offset < len(data):
        end = data.find(b"\n", offset)
        end = len(data) if end < 0 else end
        yield offset, data[offset:end]
        offset = end + 1


def read_inputs(paths, line_bytes_max=LINE_BYTES_MAX):
    """Reads files in order into one Input."""
    result = Input()
    decoder = _decoder()
    for path in map(str, paths):
        for number, (offset, raw) in enumerate(split_lines(decompressed(path)), 1):
            result.lines += 1
            ref = LineRef(path, number, offset)
            try:
                if len(raw) > line_bytes_max:
                    raise Rejected("line_too_long")
                row = parse_line(raw, decoder)
            except Rejected as error:
                result.rejected[ref] = (error.args[0], raw)
                continue
            if row is None:
                result.blank += 1
                continue
            result.rows.append(row)
            result.raws.append(raw)
            result.refs.append(ref)
    return result
