"""The lines of a fetched file, or of a span of one, for the Spark engine."""

import gzip
import zlib

from varve_spark.storage import MAGIC_BYTES

LINE_BYTES_MAX = 64 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """The file as a whole cannot be read; the message begins with a stable code."""


def _open(path, span):
    with open(path, "rb") as file:
        beginning = b"" if span else file.read(MAGIC_BYTES)
    if beginning[:2] == b"\x1f\x8b":
        return gzip.open(path)
    if beginning == b"\x28\xb5\x2f\xfd":
        import zstandard  # the cluster needs the package only where there are such files

        return zstandard.open(path)
    return open(path, "rb")


def _go_to_first_line(file, span):
    """Offset of the first line that begins in the span; of a file, after its byte order mark."""
    begin = span[0] if span else 0
    if begin == 0:
        start = len(_BYTE_ORDER_MARK) if file.read(3) == _BYTE_ORDER_MARK else 0
        file.seek(start)
        return start
    file.seek(begin - 1)
    return begin - 1 + len(file.readline())


def _lines(file, span):
    offset = _go_to_first_line(file, span)
    begin = 0 if span and span[0] == 0 else offset  # a byte order mark belongs to the first line
    while span is None or begin < span[1]:
        line = file.readline(LINE_BYTES_MAX + 2)
        if not line:
            return
        size = len(line)
        while not line.endswith(b"\n") and size > LINE_BYTES_MAX:
            rest = file.readline(LINE_BYTES_MAX)  # of a line that is too long anyway
            size += len(rest)
            if not rest or rest.endswith(b"\n"):
                break
        yield offset, line.removesuffix(b"\n")
        begin = offset = offset + size


def read_lines(path, name, span=None):
    """(number from 1, offset, line without its newline) of each. Unreadable at whatever point the
    file proves damaged."""
    try:
        with _open(path, span) as file:
            for number, (offset, line) in enumerate(_lines(file, span), 1):
                yield number, offset, line
    except EOFError as error:
        raise Unreadable(f"truncated_gzip: {name}: the gzip stream ends in the middle") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable(f"corrupt_gzip: {name}: {error}") from error
