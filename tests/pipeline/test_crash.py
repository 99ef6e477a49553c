"""kill -9 at random moments, and a disk that fills up: afterwards nothing is lost or doubled."""

import os
import random
import subprocess
import time

import pytest
from harness import Pipeline, Running, numbered, put, wait_until

SEEDS = int(os.environ.get("VARVE_CRASH_SEEDS", "3"))
KILLS = 6
MANY_KILLS = 1_000
FILES = 60
LINES = 50


def kill_again_and_again(tmp_path, seed):
    chance = random.Random(seed)
    pipeline = Pipeline(tmp_path, "--min-files", 1, "--max-files", 4, "--settle-time", "0")
    names = [f"{n:03}" for n in range(FILES)]
    left = list(names)
    for _ in range(KILLS):
        share = [left.pop() for _ in range(min(len(left), FILES // KILLS))]
        with Running(pipeline) as running:
            for name in share:
                put(pipeline.input, f"{name}.ndjson", numbered(name, LINES))
            time.sleep(chance.uniform(0, 0.6))  # the moment of the kill, not a wait for anything
            running.kill()
    pipeline.once()
    pipeline.check_completed(names, LINES)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_killed_again_and_again(tmp_path, seed):
    kill_again_and_again(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10_000, 10_000 + MANY_KILLS // KILLS + 1))
def test_a_thousand_kills(tmp_path, seed):
    kill_again_and_again(tmp_path, seed)


def _mount(folder, size):
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_full_file_system(tmp_path):
    """The output is full for a while: nothing is published by halves, and it goes on by itself."""
    pipeline = Pipeline(tmp_path, "--max-wait", "0", "--state", tmp_path / "state",
                        "--compression", "none")
    pipeline.output.mkdir()
    if os.geteuid() != 0 or not _mount(pipeline.output, "2m"):
        pytest.skip("may not mount a small file system")
    try:
        ballast = pipeline.output / "ballast"
        with ballast.open("wb") as file, pytest.raises(OSError):
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        noise = random.Random(1)
        text = "".join('{"file":"big","n":%d,"x":"%032x"}\n' % (n, noise.getrandbits(128))
                       for n in range(5_000))
        with Running(pipeline) as running:
            put(pipeline.input, "big.ndjson", text)
            wait_until(lambda: "No space left" in running.log_path.read_text(), "it is refused")
            assert pipeline.parquet() == []
            ballast.unlink()
            wait_until(lambda: pipeline.parquet() or None, "it goes on", 180)
            running.stop()
        assert len(pipeline.rows()) == 5_000
    finally:
        subprocess.run(["umount", "-l", pipeline.output], check=True)
