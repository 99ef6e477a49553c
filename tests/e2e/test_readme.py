"""README.md shows what the program really prints."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_tour_is_real():
    done = subprocess.run([sys.executable, ROOT / "scripts/readme_tour.py", "--check"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
