"""Exact ISO 8601 reading: text to integer microseconds or days, without floating point.

Accepted forms, each anchored to the whole string (docs/reference/types.md lists the same):
  date             YYYY-MM-DD
  local timestamp  YYYY-MM-DDThh:mm:ss[.f{1,6}]
  instant          the same followed by Z or ±hh:mm
"""

import re
from datetime import date

DATE, LOCAL, UTC = "date", "timestamp_local", "timestamp_utc"
_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_DATE = re.compile(_DAY, re.ASCII)
_STAMP = re.compile(
    _DAY + r"T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|([+-])(\d\d):(\d\d))?", re.ASCII
)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_OF_YEAR_0 = 366  # proleptic Gregorian year 0 is a leap year


def _days(year, month, day):
    try:
        if year == 0:  # datetime.date begins at year 1; year 4 has the same shape
            ordinal = date(4, month, day).toordinal() - date(4, 1, 1).toordinal()
            return ordinal - _DAYS_OF_YEAR_0 + 1 - _EPOCH_ORDINAL
        return date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        return None


def parse(text):
    """(kind, value) of a valid form, else None. Values: days, or microseconds since 1970."""
    match = _DATE.fullmatch(text)
    if match:
        days = _days(*map(int, match.groups()))
        return None if days is None else (DATE, days)
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, zone, sign, zone_hour, zone_minute = match.groups()[6:]
    days = _days(year, month, day)
    if days is None or hour > 23 or minute > 59 or second > 59:
        return None
    micros = ((days * 24 + hour) * 60 + minute) * 60 + second
    micros = micros * 1_000_000 + int((fraction or "").ljust(6, "0"))
    if zone is None:
        return LOCAL, micros
    if zone != "Z":
        if int(zone_hour) > 23 or int(zone_minute) > 59:
            return None
        shift = (int(zone_hour) * 60 + int(zone_minute)) * 60_000_000
        micros += shift if sign == "-" else -shift
    return UTC, micros
