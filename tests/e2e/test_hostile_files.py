"""Hostile files: framing, compression and sizes, with exact counts; bad streams fail alone."""

import gzip
import struct
import zlib

import pyarrow as pa
import pytest
from conftest import convert, run_varve
from hostile import check_codes
from oracle.oracle import Settings, check

A, B = b'{"a":1}', b'{"a":2}'
BOM = b"\xef\xbb\xbf"
MIB = 1 << 20


def zstd(data):
    return pa.compress(data, codec="zstd", asbytes=True)


# name -> (file, rows, quarantined, blank)
FRAMING = {
    "empty file": (b"", 0, 0, 0),
    "one newline": (b"\n", 0, 0, 1),
    "only newlines": (b"\n\r\n\n", 0, 0, 3),
    "only spaces": (b"   \t", 0, 0, 1),
    "no final newline": (A + b"\n" + B, 2, 0, 0),
    "CRLF": (A + b"\r\n" + B + b"\r\n", 2, 0, 0),
    "CRLF and LF": (A + b"\r\n" + B + b"\n\r\n" + A, 3, 0, 1),
    "final carriage return": (A + b"\n" + B + b"\r", 2, 0, 0),
    "carriage returns only": (A + b"\r" + B + b"\r", 0, 1, 0),
    "blank lines": (b"\n" + A + b"\n \t\n\r\n\n" + B + b"\n\n", 2, 0, 5),
    "byte order mark": (BOM + A + b"\n" + B, 2, 0, 0),
    "only a byte order mark": (BOM, 0, 0, 0),
    "byte order mark and newline": (BOM + b"\n" + A, 1, 0, 1),
    "two byte order marks": (BOM + BOM + A + b"\n" + B, 1, 1, 0),
    "byte order mark in the middle": (A + b"\n" + BOM + B, 1, 1, 0),
    "part of a byte order mark": (b"\xef\xbb" + A + b"\n" + B, 1, 1, 0),
    "UTF-16": ((A + b"\n" + B + b"\n").decode().encode("utf-16"), 0, 3, 0),
    "zero bytes": (A + b"\n\x00\x00\n" + B + b"\n\x00", 2, 2, 0),
    "vertical tab and form feed": (b"\x0b\n\x0c\n" + A, 1, 2, 0),
    "no-break space": (b"\xc2\xa0\n" + A, 1, 1, 0),
    "line separator of Unicode": ('{"a":"\u2028\x85"}\n'.encode(), 1, 0, 0),
    "file of one brace": (b"{", 0, 1, 0),
    "cut inside a string": (A + b'\n{"a":"x', 1, 1, 0),
    "pretty-printed": (b'{\n  "a": 1\n}\n', 0, 3, 0),
    "array of objects": (b"[" + A + b",\n" + B + b"]", 0, 2, 0),
    "comma-separated": (A + b",\n" + B, 1, 1, 0),
}


@pytest.mark.parametrize("name", FRAMING)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd], ids=["plain", "gzip", "zstd"])
def test_framing(tmp_path, name, pack):
    data, rows, quarantined, blank = FRAMING[name]
    source = tmp_path / "in.ndjson"
    source.write_bytes(pack(data))
    summary = convert([source], tmp_path / "out")
    counted = (summary["rows"], summary["quarantined"], summary["blank"])
    assert counted == (rows, quarantined, blank)
    assert check([source], summary) == []
    check_codes([source], summary)


def test_framing_from_a_pipe(tmp_path):
    for number, (data, rows, quarantined, blank) in enumerate(FRAMING.values()):
        summary = convert(["-"], tmp_path / f"out{number}", stdin=data)
        counted = (summary["rows"], summary["quarantined"], summary["blank"])
        assert counted == (rows, quarantined, blank)


def bad_crc(data):
    packed = bytearray(gzip.compress(data))
    packed[-8] ^= 1
    return bytes(packed)


def bad_length(data):
    packed = bytearray(gzip.compress(data))
    packed[-4:] = struct.pack("<I", len(data) + 1)
    return bytes(packed)


def flipped(packed):
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    return bytes(damaged)


def bad_block(packed):
    """A zstd frame whose first block has the reserved type (RFC 8878, 3.1.1)."""
    descriptor = packed[4]
    single_segment = descriptor >> 5 & 1
    content_size = [single_segment, 2, 4, 8][descriptor >> 6]
    block = 5 + (1 - single_segment) + [0, 1, 2, 4][descriptor & 3] + content_size
    return packed[:block] + bytes([packed[block] | 6]) + packed[block + 1:]


def deflate_member(data, name=b"", comment=b"", header_crc=False):
    """A gzip member with the optional header fields that few writers use."""
    flags = (8 if name else 0) | (16 if comment else 0) | (2 if header_crc else 0)
    header = struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, flags, 0, 0, 255)
    header += name + b"\0" * bool(name) + comment + b"\0" * bool(comment)
    if header_crc:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    packer = zlib.compressobj(wbits=-15)
    return (header + packer.compress(data) + packer.flush()
            + struct.pack("<II", zlib.crc32(data), len(data)))


MANY = b"".join(b'{"a":%d,"b":"%d"}\n' % (i, i * 7919 % 1000) for i in range(20_000))
# name -> (file name, content, rows)
COMPRESSED = {
    "two members": ("x.gz", gzip.compress(MANY) + gzip.compress(A), 20_001),
    "a line across members": ("x.gz", gzip.compress(MANY + A[:3]) + gzip.compress(A[3:]), 20_001),
    "empty member": ("x.gz", gzip.compress(b"") + gzip.compress(A) + gzip.compress(b""), 1),
    "a thousand members": ("x.gz", gzip.compress(A + b"\n") * 1000, 1000),
    "padding of zeros": ("x.gz", gzip.compress(MANY) + b"\0" * 512, 20_000),
    "header fields": ("x.gz", deflate_member(MANY, b"x.ndjson", b"hello", True), 20_000),
    "stored blocks": ("x.gz", gzip.compress(MANY, 0), 20_000),
    "plain named gzip": ("x.ndjson.gz", MANY, 20_000),
    "gzip named plain": ("x.ndjson", gzip.compress(MANY), 20_000),
    "gzip named zstd": ("x.ndjson.zst", gzip.compress(MANY), 20_000),
    "zstd named gzip": ("x.ndjson.gz", zstd(MANY), 20_000),
    "zstd frames": ("x.zst", zstd(MANY) + zstd(A), 20_001),
    "zstd, a line across frames": ("x.zst", zstd(MANY + A[:3]) + zstd(A[3:]), 20_001),
    "zstd skippable frame": (
        "x.zst", struct.pack("<II", 0x184D2A50, 5) + b"hello" + zstd(MANY), 20_000),
    "zstd empty frame": ("x.zst", zstd(b"") + zstd(A), 1),
}
# name -> (content, error codes)
CORRUPT = {
    "CRC": (bad_crc(MANY), {"corrupt_gzip"}),
    "length": (bad_length(MANY), {"corrupt_gzip"}),
    "CRC of the second member": (gzip.compress(A) + bad_crc(MANY), {"corrupt_gzip"}),
    "deflate data": (flipped(gzip.compress(MANY)), {"corrupt_gzip", "truncated_gzip"}),
    "truncated": (gzip.compress(MANY)[:-5000], {"truncated_gzip"}),
    "truncated in the trailer": (gzip.compress(MANY)[:-3], {"truncated_gzip"}),
    "truncated in the header": (gzip.compress(MANY)[:5], {"truncated_gzip"}),
    "truncated second member": (gzip.compress(A) + gzip.compress(MANY)[:-100], {"truncated_gzip"}),
    "trailing garbage": (gzip.compress(MANY) + b"garbage", {"corrupt_gzip"}),
    "zstd data": (bad_block(zstd(MANY)), {"corrupt_zstd"}),
    "zstd truncated": (zstd(MANY)[:-50], {"truncated_zstd"}),
    "zstd trailing garbage": (zstd(MANY) + b"garbage", {"corrupt_zstd", "truncated_zstd"}),
}


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("threads", [1, 2])
def test_compressed(tmp_path, name, threads):
    file_name, data, rows = COMPRESSED[name]
    source = tmp_path / file_name
    source.write_bytes(data)
    summary = convert([source], tmp_path / "out", "--threads", threads)
    assert (summary["rows"], summary["quarantined"]) == (rows, 0)
    if name not in ("padding of zeros", "zstd skippable frame"):  # Python's readers refuse these
        assert check([source], summary) == []


@pytest.mark.parametrize("name", CORRUPT)
@pytest.mark.parametrize("threads", [1, 2])
def test_corrupt_file_fails_alone(tmp_path, name, threads):
    data, codes = CORRUPT[name]
    paths = [tmp_path / f"{number}.ndjson" for number in range(3)]
    for path, content in zip(paths, (MANY, data, A + b"\n" + b"bad")):
        path.write_bytes(content)
    summary = convert(paths, tmp_path / "out", "--threads", threads, "--source-column")
    assert (summary["files"], summary["files_failed"]) == (2, 1)
    errors = [error for error in summary["errors"] if error["line"] == 0]
    assert [error["file"] for error in errors] == [str(paths[1])]
    assert errors[0]["code"] in codes and errors[0]["message"]
    assert check([paths[0], paths[2]], summary, Settings(source_column=True)) == []


@pytest.mark.parametrize("name", CORRUPT)
def test_corrupt_file_alone_publishes_nothing(tmp_path, name):
    (tmp_path / "in.gz").write_bytes(CORRUPT[name][0])
    run = run_varve("convert", tmp_path / "in.gz", "-o", tmp_path / "out")
    assert run.code == 1
    assert "in.gz" in run.stderr
    assert not list(tmp_path.rglob("*.parquet*"))


def test_lines_of_failed_files_leave_no_column(tmp_path):
    """A key and a wider type that only the corrupt file had do not shape the schema."""
    (tmp_path / "a.ndjson").write_bytes(MANY)
    wide = b'{"a":"text","only_here":1}\n' * 5000
    (tmp_path / "b.gz").write_bytes(bad_crc(wide))
    summary = convert([tmp_path / "a.ndjson", tmp_path / "b.gz"], tmp_path / "out")
    assert check([tmp_path / "a.ndjson"], summary) == []


@pytest.mark.parametrize("size, rows", [(MIB - 1, 3), (MIB, 3), (MIB + 1, 2), (5 * MIB, 2)])
@pytest.mark.parametrize("end", [b"\n", b""], ids=["newline", "end of file"])
def test_line_limit(tmp_path, size, rows, end):
    """--max-line-bytes counts the line without its newline."""
    long_line = b'{"a":"' + b"x" * (size - 8) + b'"}'
    assert len(long_line) == size
    source = tmp_path / "in.ndjson"
    source.write_bytes(b'{"a":"1"}\n{"a":"2"}\n' + long_line + end)
    summary = convert([source], tmp_path / "out", "--max-line-bytes", "1MiB")
    assert (summary["rows"], summary["quarantined"]) == (rows, 3 - rows)
    assert check([source], summary, Settings(line_bytes_max=MIB)) == []
    check_codes([source], summary, line_bytes_max=MIB)


def test_line_limit_in_the_middle(tmp_path):
    """The lines after one that is too long keep their numbers and offsets."""
    source = tmp_path / "in.ndjson"
    bad = b'{"a":'
    source.write_bytes(b"\n".join([A, b'{"a":"' + b"x" * 300_000 + b'"}', B, bad, b"", A]))
    summary = convert([source], tmp_path / "out", "--max-line-bytes", "64KiB", "--source-column")
    assert (summary["rows"], summary["quarantined"], summary["blank"]) == (3, 2, 1)
    settings = Settings(line_bytes_max=64 << 10, source_column=True)
    assert check([source], summary, settings) == []


def test_long_lines_within_the_limit(tmp_path):
    source = tmp_path / "in.ndjson"
    long_list = b'{"l":[' + b",".join(b"%d" % i for i in range(700_000)) + b"]}"
    source.write_bytes(b"\n".join([b'{"s":"' + b"x" * (5 * MIB) + b'"}', long_list, b'{"s":"y"}']))
    for threads in (1, 2):
        summary = convert([source], tmp_path / f"out{threads}", "--threads", threads)
        assert check([source], summary, Settings(readers=("pyarrow",))) == []


def test_lines_at_every_block_boundary(tmp_path):
    """Lines of growing length, so that cuts fall on every byte of a line somewhere."""
    source = tmp_path / "in.ndjson"
    with open(source, "wb") as file:
        for i in range(60_000):
            file.write(b'{"n":%d,"s":"%s"}%s' % (i, b"a" * (i % 257), b"\r\n"[i % 2:]))
    one = convert([source], tmp_path / "one", "--threads", 1)
    assert check([source], one) == []
    two = convert([source], tmp_path / "two", "--threads", 2)
    contents = [[open(output["path"], "rb").read() for output in summary["outputs"]]
                for summary in (one, two)]
    assert contents[0] == contents[1]
