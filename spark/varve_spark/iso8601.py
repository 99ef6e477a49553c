"""ISO 8601 values as varve recognises them: the three forms of docs/concepts.md."""

import re
from datetime import date, datetime, timezone

_DAY = r"\d{4}-\d\d-\d\d"
_DATE = re.compile(_DAY, re.ASCII)
_STAMP = re.compile(_DAY + r"T\d\d:\d\d:\d\d(?:\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def _datetime(text, zone):
    stamp, dot, fraction = text.removesuffix(zone).partition(".")
    value = datetime.fromisoformat(f"{stamp}.{fraction.ljust(6, '0')}" if dot else stamp)
    if not zone:
        return value
    offset = datetime.strptime(zone, "%z").tzinfo
    return value.replace(tzinfo=offset).astimezone(timezone.utc)


def parse(text):
    """("date", date), ("timestamp_local" or "timestamp_utc", datetime), or None. Years and instants
    that Python's datetime does not reach (0000) are no such value."""
    if not 10 <= len(text) <= 32 or text[4] != "-":
        return None
    try:
        if _DATE.fullmatch(text):
            return "date", date.fromisoformat(text)
        match = _STAMP.fullmatch(text)
        if match is None:
            return None
        return ("timestamp_utc" if match[1] else "timestamp_local"), _datetime(text, match[1] or "")
    except (ValueError, OverflowError):
        return None
