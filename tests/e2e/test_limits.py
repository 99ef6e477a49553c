"""Bounded memory, whatever the input. The sizes of the slow tests can be set:

    VARVE_TEST_BYTES=1000000000 pytest -m slow tests/e2e/test_limits.py     (default: 20 GB)
"""

import gzip
import json
import os
import subprocess
import sys
import threading
import zlib

import pytest
from conftest import BINARY

MIB, GIB = 1 << 20, 1 << 30
BYTES = int(os.environ.get("VARVE_TEST_BYTES", 20_000_000_000))
HOUR_S = 3600


# Between pytest and varve: a child's peak counts its parent's memory from before exec, and pytest
# with three Parquet readers is large. Arguments: file for the peak in KiB, program, its arguments.
LAUNCHER = """
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
"""


class Generator:
    """Deterministic NDJSON of many kinds of column, block after block."""

    def __init__(self, partitions=0):
        self._lines = []
        for i in range(20_000):
            row = {"id": i * 2_654_435_761 % (1 << 40), "at": f"2025-01-{1 + i % 28:02}T10:20:"
                   f"{i % 60:02}.{i * 7919 % 1_000_000:06}Z", "level": ["info", "warn"][i % 7 == 0],
                   "ms": i * 37 % 10_007 / 8, "text": f"message {i * i % 1_000_003} of {i}",
                   "tags": [f"t{i % 13}", f"u{i % 101}"][:i % 3],
                   "user": {"n": i % 977, "ok": i % 2 == 0}}
            if partitions:
                row["p"] = i % partitions
            self._lines.append(json.dumps(row, separators=(",", ":")).encode())
        self.rows_per_block = len(self._lines)

    def block(self, number):
        """Blocks differ, so that no column repeats for ever."""
        head = b'{"block":%d,' % number
        return b"".join(head + line[1:] + b"\n" for line in self._lines)


def run_measured(folder, args, write):
    """Runs varve with `write(pipe)` feeding its stdin; (exit code, summary, peak RSS in bytes)."""
    peak_file = folder / "peak"
    command = [sys.executable, "-I", "-S", "-c", LAUNCHER, peak_file, BINARY, *args, "--json",
               "--progress", "none"]
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        watchdog = threading.Timer(4 * HOUR_S, process.kill)
        watchdog.start()
        try:
            write(process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it stopped early; its exit code says why
        out = process.stdout.read()
        code = process.wait()
        watchdog.cancel()
    peak = int(peak_file.read_text()) * 1024
    print(f"peak RSS {peak / MIB:.0f} MiB", file=sys.stderr)
    return code, json.loads(out.splitlines()[-1]) if out else None, peak


def feed(generator, total, wrap=None):
    """A writer of about `total` bytes, through gzip when `wrap`; counts rows in .rows."""
    def write(pipe):
        sent = number = 0
        packer = zlib.compressobj(1, wbits=31) if wrap else None
        while sent < total:
            data = generator.block(number)
            sent += len(data)
            number += 1
            pipe.write(packer.compress(data) if packer else data)
        if packer:
            pipe.write(packer.flush())
        write.rows = number * generator.rows_per_block
    return write


def convert_within(folder, memory, total, *args, wrap=None, partitions=0):
    write = feed(Generator(partitions), total, wrap)
    code, summary, peak = run_measured(
        folder, ["convert", "-", "-o", folder / "out", "--memory", memory, *args], write)
    assert code == 0
    assert summary["rows"] == write.rows
    assert sum(output["rows"] for output in summary["outputs"]) == write.rows
    assert peak <= memory
    return summary


@pytest.mark.parametrize("wrap", [None, "gzip"])
def test_small_budget(tmp_path, wrap):
    """200 MB within 256 MiB."""
    convert_within(tmp_path, 256 * MIB, 200_000_000, wrap=wrap)


def test_small_budget_of_a_file(tmp_path):
    source = tmp_path / "in.ndjson"
    write = feed(Generator(), 200_000_000)
    with open(source, "wb") as file:
        write(file)
    code, summary, peak = run_measured(
        tmp_path, ["convert", source, "-o", tmp_path / "out", "--memory", 256 * MIB],
        lambda pipe: None)
    assert (code, summary["rows"]) == (0, write.rows)
    assert peak <= 256 * MIB


def test_small_budget_with_many_partitions(tmp_path):
    summary = convert_within(tmp_path, 256 * MIB, 100_000_000, "--partition", "column:p",
                             partitions=1000)
    assert len({os.path.dirname(output["path"]) for output in summary["outputs"]}) == 1000


def test_small_budget_of_a_long_line(tmp_path):
    """A line far beyond the budget is quarantined by reference."""
    def write(pipe):
        pipe.write(b'{"a":1}\n{"a":"')
        for _ in range(400):
            pipe.write(b"x" * MIB)
        pipe.write(b'"}\n{"a":2}\n')

    code, summary, peak = run_measured(
        tmp_path, ["convert", "-", "-o", tmp_path / "out", "--memory", 256 * MIB], write)
    assert code == 3
    assert (summary["rows"], summary["quarantined"]) == (2, 1)
    assert peak <= 256 * MIB
    record = json.loads(open(summary["quarantine"][0], encoding="utf-8").read())
    assert (record["line"], record["code"]) == (2, "line_too_long")
    assert "raw" not in record and "raw_base64" not in record


def test_line_at_and_beyond_the_default_limit(tmp_path):
    """64 MiB is a row, 64 MiB + 1 is not, within the default budget."""
    for size, rows in ((64 * MIB, 1), (64 * MIB + 1, 0)):
        output = tmp_path / str(size)
        code, summary, peak = run_measured(
            tmp_path, ["convert", "-", "-o", output],
            lambda pipe, size=size: pipe.write(b'{"a":"' + b"x" * (size - 8) + b'"}'))
        assert (summary["rows"], summary["quarantined"]) == (rows, 1 - rows)
        assert code == (0 if rows else 3)
        assert peak <= GIB


def test_gzip_bomb(tmp_path):
    """1 GiB of zeros without a newline, out of 1 MB: stopped in bounded memory."""
    packed = tmp_path / "bomb.gz"
    with gzip.open(packed, "wb", 9) as file:
        for _ in range(1024):
            file.write(b"\0" * MIB)
    code, _, peak = run_measured(
        tmp_path, ["convert", packed, "-o", tmp_path / "out"], lambda pipe: None)
    assert code in (1, 3)
    assert peak <= GIB
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.slow
@pytest.mark.parametrize("wrap", [None, "gzip"])
def test_default_budget(tmp_path, wrap):
    convert_within(tmp_path, GIB, BYTES, wrap=wrap)


@pytest.mark.slow
def test_default_budget_with_a_thousand_partitions(tmp_path):
    summary = convert_within(tmp_path, GIB, BYTES, "--partition", "column:p", partitions=1000)
    assert len({os.path.dirname(output["path"]) for output in summary["outputs"]}) == 1000


@pytest.mark.slow
@pytest.mark.parametrize("change", ["late key", "late type"])
def test_default_budget_with_a_second_pass(tmp_path, change):
    """A contradiction at the very end: the pipe is read again from its copy."""
    generator = Generator()
    last = {"late key": b'{"late":1}\n', "late type": b'{"id":"text"}\n'}[change]
    write = feed(generator, BYTES // 4)

    def write_and_contradict(pipe):
        write(pipe)
        pipe.write(last)

    code, summary, peak = run_measured(
        tmp_path, ["convert", "-", "-o", tmp_path / "out"], write_and_contradict)
    assert (code, summary["rows"]) == (0, write.rows + 1)
    assert peak <= GIB
