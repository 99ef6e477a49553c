"""One line as a row of tokens, or why it is quarantined (docs/reference/json.md).

Numbers stay the text they are written in: what becomes of them is the schema's to say.
"""

import base64
import json
import math
import re
import sys

from varve_spark.lines import LINE_BYTES_MAX

DEPTH_MAX = 100
RAW_BYTES_MAX = 1 << 20  # longer raw lines are recorded by reference
_CONTAINERS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_SURROGATE = re.compile("[\ud800-\udfff]")
_MESSAGES = {
    "not_an_object": "the line is not a JSON object; NDJSON needs one {...} per line",
    "bad_syntax": "the line is not valid JSON",
    "truncated": "the line ends inside a value",
    "bad_literal": "not a JSON literal; only true, false and null are",
    "number_overflow": "the number is beyond what a double can hold; write it as a string",
    "bad_escape": "invalid escape in a string",
    "lone_surrogate": "a \\u escape is half of a surrogate pair; it stands for no character",
    "control_character": "raw control character in a string; it must be escaped",
    "invalid_utf8": "the line is not valid UTF-8; convert the file to UTF-8",
    "duplicate_key": "an object has the same key twice; keeping one would lose the other",
    "too_deep": f"nested deeper than {DEPTH_MAX}",
    "trailing_garbage": "more text follows the object; put one object on a line",
    "line_too_long": f"the line is longer than {LINE_BYTES_MAX} bytes",
    "schema_mismatch": "a value or key does not fit the given schema",
}
_CODES = {"Extra data": "trailing_garbage", "Unterminated string": "truncated",
          "Invalid \\": "bad_escape", "Invalid control": "control_character"}

sys.set_int_max_str_digits(0)  # integers of any length are legal JSON


class Rejected(ValueError):
    """A line that goes to quarantine: a code, and where in the line."""

    def __init__(self, code, offset=0):
        super().__init__(code)
        self.code = code
        self.offset = offset


class IntToken(str):
    """An integer as it is written."""


class FloatToken(str):
    """A number with a fraction or an exponent as it is written."""


def _float(text):
    if not math.isfinite(float(text)):
        raise Rejected("number_overflow")
    return FloatToken(text)


def _object(pairs):
    row = dict(pairs)
    if len(row) != len(pairs):
        raise Rejected("duplicate_key")
    return row


def _constant(_):
    raise Rejected("bad_literal")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=IntToken, parse_float=_float,
                            parse_constant=_constant)


def _is_too_deep(text):
    if text.count("[") + text.count("{") <= DEPTH_MAX:
        return False
    depth = 0
    for match in _CONTAINERS.finditer(text):
        depth += (match[0] in "[{") - (match[0] in "]}")
        if depth > DEPTH_MAX:
            return True
    return False


def _has_surrogate(value):
    if isinstance(value, str):
        return bool(_SURROGATE.search(value))
    if isinstance(value, dict):
        return any(_has_surrogate(key) or _has_surrogate(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_surrogate, value))


def _decode(text):
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        code = next((code for start, code in _CODES.items() if error.msg.startswith(start)),
                    "bad_syntax")
        raise Rejected(code, len(text[:error.pos].encode("utf-8"))) from error


def parse_line(raw):
    """(text, row) of a line; None of a blank one; Rejected."""
    if len(raw) > LINE_BYTES_MAX:
        raise Rejected("line_too_long")
    if not raw.strip(b" \t\r"):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("invalid_utf8", error.start) from error
    if _is_too_deep(text):
        raise Rejected("too_deep")
    row = _decode(text)
    if not isinstance(row, dict):
        raise Rejected("not_an_object")
    if "\\u" in text and _has_surrogate(row):
        raise Rejected("lone_surrogate")
    return text, row


def quarantine_record(name, number, offset, raw, rejected):
    """A line of the quarantine file (docs/reference/quarantine.md)."""
    record = {"file": name, "line": number, "offset": offset + rejected.offset,
              "code": rejected.code, "message": _MESSAGES[rejected.code]}
    if len(raw) <= RAW_BYTES_MAX:
        try:
            record["raw"] = raw.decode("utf-8")
        except UnicodeDecodeError:
            record["raw_base64"] = base64.b64encode(raw).decode()
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
