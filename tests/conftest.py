"""Shared by every Python test: where the binary and the data are, and how to run it."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass

import pytest

pytest.register_assert_rewrite("hostile", "harness", "batch")

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = pathlib.Path(os.environ.get("VARVE_BIN", ROOT / "build/release/varve")).absolute()
CORPORA = pathlib.Path(os.environ.get("VARVE_CORPORA", ROOT.parent / "shared/corpora"))
TIMEOUT_S = 600
MEMORY_FOLDER = pathlib.Path("/dev/shm")
MEMORY_FOLDER_BYTES = 4 << 30  # what a whole run may leave there: half a GB was measured
CPU_FLAGS = {"sse4": "sse4_2", "avx2": "avx2", "avx512": "avx512bw"}


def pytest_configure(config):
    """Tests that never lose power need no disk: half of their time was its syncs."""
    if config.option.markexpr == "not slow" and has_room_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_FOLDER))


def has_room_in_memory():
    """Whether there is a large tmpfs that knows extended attributes, which tagged sources need."""
    if not os.access(MEMORY_FOLDER, os.W_OK | os.X_OK):
        return False
    if shutil.disk_usage(MEMORY_FOLDER).free < MEMORY_FOLDER_BYTES:
        return False
    with tempfile.NamedTemporaryFile(dir=MEMORY_FOLDER) as file:
        try:
            os.setxattr(file.name, "user.varve", b"1")
        except OSError:
            return False
    return True


@dataclass
class Run:
    """How one run of varve ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def summary(self):
        """The one JSON line of --json."""
        return json.loads(self.stdout.splitlines()[-1])


def run_varve(*args, stdin=None, env=None, preexec=None):
    """Runs varve to its end. A signal (negative exit code) is a crash and fails the test."""
    done = subprocess.run(
        [BINARY, *map(str, args)], input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False,
        env={**os.environ, **(env or {})}, preexec_fn=preexec)
    run = Run(done.returncode, done.stdout.decode(), done.stderr.decode())
    if run.code < 0:
        pytest.fail(f"varve died of {signal.Signals(-run.code).name}: {run.stderr[-2000:]}")
    return run


def convert(inputs, output, *args, **options):
    """`varve convert --json`; returns the summary. The exit code must be what the summary says."""
    run = run_varve("convert", *inputs, "-o", output, "--json", *args, **options)
    assert run.code in (0, 3), run.stderr
    summary = run.summary
    assert summary["lines"] == summary["rows"] + summary["quarantined"] + summary["blank"]
    clean = summary["quarantined"] == 0 and summary["files_failed"] == 0
    assert run.code == (0 if clean else 3)
    return summary


def skip_without(simd):
    """Skips the test when the processor, not varve, says that it lacks this level of kernels."""
    flag = CPU_FLAGS.get(simd)
    if flag and flag not in pathlib.Path("/proc/cpuinfo").read_text():
        pytest.skip(f"this processor has no {simd}")


@pytest.fixture
def corpora():
    """The optional folder of real input."""
    if not CORPORA.is_dir():
        pytest.skip(f"no real input at {CORPORA} (set VARVE_CORPORA)")
    return CORPORA
