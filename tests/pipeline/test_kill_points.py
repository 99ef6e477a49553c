"""Dies, or is refused, at each write, sync and rename of a run: strace makes the kernel do it.

strace counts each system call of each thread by itself, so a point is "the first thread that comes
to its n-th call of this name".
`pytest -m slow` sweeps every point, else a part of them.
"""

import shutil
import subprocess
from collections import Counter

import pytest
from conftest import BINARY
from harness import Pipeline, numbered, put

KINDS = {
    "write": "write,writev,pwrite64,pwritev",
    "sync": "fsync,fdatasync,syncfs",
    "name": "rename,renameat,renameat2,link,linkat,unlink,unlinkat",
    "space": "ftruncate,fallocate,mkdir,mkdirat",
}
FAULTS = {"write": "EIO", "sync": "EIO", "name": "EACCES", "space": "ENOSPC"}
FILES = ("a", "b", "c")
LINES = 20
BAD_LINE = "{not JSON\n"
POINTS = 5  # of a system call when not all are swept

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")


def make(folder):
    folder.mkdir()
    pipeline = Pipeline(folder, "--min-files", 1, "--max-files", 2, "--backoff", "10ms")
    for name in FILES:
        put(pipeline.input, f"{name}.ndjson", numbered(name, LINES) + BAD_LINE)
    return pipeline


def traced(pipeline, calls, *fault):
    """Runs to the end or to the fault; gives the exit code (negative: a signal) and the trace."""
    trace = pipeline.output.parent / "trace"
    run = subprocess.run(
        ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={calls}", "-e", "signal=none", *fault,
         BINARY, *map(str, pipeline.run_args("--once", "--listen", "none"))],
        capture_output=True, timeout=120, check=False)
    return run.returncode, trace.read_text(errors="replace").splitlines()


def check_nothing_lost(pipeline):
    """After one more run, as from cron: every line is there once, and nothing is left over."""
    pipeline.once(code=None)
    pipeline.check_completed(FILES, LINES)
    assert len(pipeline.quarantined()) == len(FILES)


def points_of(folder, kind):
    """{system call: how many of it the busiest thread makes} in an undisturbed run."""
    code, trace = traced(make(folder), KINDS[kind])
    assert code == 3, "there are bad lines"
    calls = Counter(tuple(line.split("(")[0].split()) for line in trace if " resumed>" not in line)
    points = {}
    for (_, call), count in calls.items():
        points[call] = max(count, points.get(call, 0))
    return points


def sweep(tmp_path, kind, fault, every):
    """The exit codes of a run for each point."""
    codes = []
    for call, points in points_of(tmp_path / "whole", kind).items():
        step = 1 if every else max(1, points // POINTS)
        tried = range(1, points + 1, step)
        for point in tried:
            pipeline = make(tmp_path / f"{call}-{point}")
            code, _ = traced(pipeline, call, "-e", f"inject={call}:{fault}:when={point}")
            codes.append(code)
            check_nothing_lost(pipeline)
            shutil.rmtree(pipeline.output.parent)
        print(f"{call}: {len(tried)} of {points} points, "
              f"exit codes {dict(Counter(codes[-len(tried):]))}")
    return codes


def check_kills(tmp_path, kind, every):
    codes = sweep(tmp_path, kind, "signal=KILL", every)
    # Threads do not share out their work alike each time: the last points may not be reached.
    assert sum(code == -9 for code in codes) >= 0.8 * len(codes)


def check_refusals(tmp_path, kind, every):
    codes = sweep(tmp_path, kind, f"error={FAULTS[kind]}", every)
    assert all(code >= 0 for code in codes), "a refused call is no reason to crash"


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at(tmp_path, kind):
    check_kills(tmp_path, kind, every=False)


@pytest.mark.parametrize("kind", KINDS)
def test_refused_at(tmp_path, kind):
    check_refusals(tmp_path, kind, every=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_every(tmp_path, kind):
    check_kills(tmp_path, kind, every=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_refused_at_every(tmp_path, kind):
    check_refusals(tmp_path, kind, every=True)
