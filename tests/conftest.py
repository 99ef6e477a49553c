"""Shared by every Python test: where the binary and the data are, and how to run it."""

import json
import os
import pathlib
import signal
import subprocess
from dataclasses import dataclass

import pytest

pytest.register_assert_rewrite("hostile", "harness")

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = pathlib.Path(os.environ.get("VARVE_BIN", ROOT / "build/release/varve")).absolute()
CORPORA = pathlib.Path(os.environ.get("VARVE_CORPORA", ROOT.parent / "shared/corpora"))
TIMEOUT_S = 600
CPU_FLAGS = {"sse4": "sse4_2", "avx2": "avx2", "avx512": "avx512bw"}


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
