"""README.md shows what the program really prints."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_tour_is_real():
    done = subprocess.run([sys.executable, ROOT / "scripts/readme_tour.py", "--check"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_benchmark_table_is_the_measured_one():
    def table(path):
        lines = (ROOT / path).read_text().splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("| MB/s, 1 / 2 threads"))
        return lines[first:lines.index("", first)]
    assert table("README.md") == table("docs/benchmarks/README.md")
