"""Every error path says which file, what is wrong and what to do, and leaves nothing behind."""

import ctypes
import gzip
import json
import os
import resource
import signal
import subprocess
import threading

import pytest
from conftest import BINARY, run_varve

# linux/prctl.h, linux/capability.h
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2

ROW = b'{"a":1,"s":"%d"}\n'


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.ndjson"
    path.write_bytes(b"".join(ROW % (i * i) for i in range(1000)))
    return path


def big_file(path, lines=1_500_000):
    block = b"".join(ROW % (i * 7919 % 1_000_003) for i in range(lines // 100))
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(block)
    return path


def assert_clean(folder, *kept):
    """Nothing but the files that were there before, and perhaps an empty output directory."""
    left = {path for path in folder.rglob("*") if not path.is_dir()}
    assert left == set(kept)


def fails(run, code, *said):
    assert run.code == code, (run.code, run.stderr)
    assert run.stderr.startswith("varve: error: "), run.stderr
    for text in said:
        assert str(text) in run.stderr, f"{text!r} is not in {run.stderr!r}"


def test_missing_file(tmp_path):
    missing = tmp_path / "missing.ndjson"
    fails(run_varve("convert", missing, "-o", tmp_path / "out"), 1, missing, "no such file",
          "check")
    assert_clean(tmp_path)


def test_pattern_without_files(tmp_path):
    fails(run_varve("convert", tmp_path / "*.ndjson", "-o", tmp_path / "out"), 1, "*.ndjson",
          "matches no file")


def test_directory_without_input(tmp_path):
    (tmp_path / "in").mkdir()
    fails(run_varve("convert", tmp_path / "in", "-o", tmp_path / "out"), 1, tmp_path / "in",
          "ndjson")


def obey_permissions():
    """Before exec: takes from root the right to read and write everything (capabilities(7))."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if os.geteuid() == 0 and prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


def test_unreadable(tmp_path, good):
    folder = tmp_path / "in"
    folder.mkdir()
    for source in (good, folder):
        mode = source.stat().st_mode
        source.chmod(0)
        run = run_varve("convert", source, "-o", tmp_path / "out", preexec=obey_permissions)
        source.chmod(mode)
        fails(run, 1, source, "ermission", "give this user the right")


def test_unwritable_output(tmp_path, good):
    output = tmp_path / "read-only"
    output.mkdir(mode=0o555)
    run = run_varve("convert", good, "-o", output / "out", preexec=obey_permissions)
    fails(run, 1, output / "out", "ermission", "choose another place")
    assert list(output.iterdir()) == []


def test_file_where_a_directory_is_needed(tmp_path, good):
    run = run_varve("convert", good / "x.ndjson", "-o", tmp_path / "out")
    fails(run, 1, good / "x.ndjson")
    (tmp_path / "file").write_text("kept")
    fails(run_varve("convert", good, "-o", tmp_path / "file"), 2, tmp_path / "file", "directory")
    fails(run_varve("convert", good, "-o", tmp_path / "file/out"), 1, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"
    assert_clean(tmp_path, good, tmp_path / "file")


@pytest.mark.parametrize("flags, said", [
    (["--thread", "2"], "--thread"),
    (["--threads", "many"], "many"),
    (["--compression", "brotli"], "brotli"),
    (["--partition", "column:"], "column:"),
    (["--cast", "a=int"], "int"),
    (["--memory", "-1"], "-1"),
    (["--mode", "strict"], "--schema"),
])
def test_bad_flag(tmp_path, good, flags, said):
    fails(run_varve("convert", good, "-o", tmp_path / "out", *flags), 2, said)
    assert_clean(tmp_path, good)


@pytest.mark.parametrize("text, said", [
    ("", "1:1"), ("{", "1:"), ("[]", ""), ('{"fields":[]}', "varve_schema"),
    ('{"varve_schema":1,"fields":[{"name":"a","type":"int"}]}', "int"),
    ('{"varve_schema":1,"fields":[{"name":"a","type":"int64"},{"name":"a","type":"bool"}]}', "a"),
])
def test_bad_schema_file(tmp_path, good, text, said):
    schema = tmp_path / "schema.json"
    schema.write_text(text)
    fails(run_varve("convert", good, "-o", tmp_path / "out", "--schema", schema), 2, schema, said)
    assert_clean(tmp_path, good, schema)


def test_corrupt_gzip_says_where(tmp_path):
    packed = tmp_path / "in.ndjson.gz"
    packed.write_bytes(gzip.compress(ROW * 100_000)[:-20])
    run = run_varve("convert", packed, "-o", tmp_path / "out")
    fails(run, 1, packed, "gzip")
    assert any(char.isdigit() for char in run.stderr.replace(str(packed), "")), "no offset"
    assert_clean(tmp_path, packed)


def test_bad_lines_are_named(tmp_path):
    source = tmp_path / "in.ndjson"
    source.write_bytes(b'{"a":1}\n{"a":tru}\n')
    run = run_varve("convert", source, "-o", tmp_path / "out", "--json")
    error = run.summary["errors"][0]
    assert (error["file"], error["line"], error["code"]) == (str(source), 2, "bad_literal")
    assert 13 <= error["offset"] <= 17  # within `tru}`, from the start of the file
    assert "true" in error["message"]


@pytest.mark.parametrize("partition", [[], ["--partition", "column:a"]], ids=["one", "partitioned"])
def test_full_disk(tmp_path, partition):
    """RLIMIT_FSIZE stands in for a full disk: writing fails in the middle of a file."""
    source = big_file(tmp_path / "in.ndjson")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    run = run_varve("convert", source, "-o", tmp_path / "out", *partition, preexec=limit)
    fails(run, 1, tmp_path, "File too large")
    assert_clean(tmp_path, source)


def _mount(folder, size):
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_full_filesystem(tmp_path):
    """The real thing, where mounting is allowed."""
    source = big_file(tmp_path / "in.ndjson")
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() != 0 or not _mount(small, "1m"):
        pytest.skip("may not mount a small file system")
    try:
        run = run_varve("convert", source, "-o", small / "out")
        fails(run, 1, small, "space")
        assert_clean(small)
    finally:
        subprocess.run(["umount", small], check=True)


def test_too_many_columns(tmp_path):
    source = tmp_path / "in.ndjson"
    source.write_text(json.dumps({f"c{i}": 1 for i in range(101)}) + "\n")
    run = run_varve("convert", source, "-o", tmp_path / "out", "--max-columns", 100)
    fails(run, 1, "--max-columns", "100")
    assert_clean(tmp_path, source)


def test_decompression_bomb(tmp_path):
    """200 MB out of 200 KB: refused by ratio, in bounded memory and with nothing published."""
    source = tmp_path / "bomb.gz"
    with gzip.open(source, "wb", 9) as file:
        for _ in range(200):
            file.write(b" " * (1 << 20))
    run = run_varve("convert", source, "-o", tmp_path / "out", "--max-decompression-ratio", 100)
    fails(run, 1, source, "--max-decompression-ratio")
    run = run_varve("convert", source, "-o", tmp_path / "out", "--max-decompressed-bytes", "100MiB",
                    "--max-decompression-ratio", 10_000)
    fails(run, 1, source, "--max-decompressed-bytes")
    assert_clean(tmp_path, source)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("partition", [[], ["--partition", "column:a"]], ids=["one", "partitioned"])
def test_interrupt_in_the_middle(tmp_path, number, partition):
    """Interrupted for certain in the middle: the input is a pipe that we keep open."""
    command = [BINARY, "convert", "-", "-o", tmp_path / "out", *partition]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        block = b"".join(ROW % (i * 7919 % 1_000_003) for i in range(50_000))
        for _ in range(30):
            process.stdin.write(block)
        process.stdin.flush()
        process.send_signal(number)
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        code = process.wait()
        watchdog.cancel()
        process.stdin.close()
    assert code == 130
    assert_clean(tmp_path)
