"""Real logs, when present beside the checkout, repeated to 100 MB so that start-up does not decide.

They are repeated a thousand lines at a time, not as a whole: a key first seen near the end of the real
file is first seen near the end of the repeated one, as it would be in a log that much longer.
"""

import gzip
import pathlib

from datasets.common import writer

FOLDER = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "corpora"
MIN_BYTES = 100_000_000
BLOCK_LINES = 1000


def source_file(name):
    return FOLDER / f"{name}.ndjson.gz"


def generate(name, path, smoke):
    data = gzip.decompress(source_file(name).read_bytes())
    lines = data.removesuffix(b"\n").split(b"\n")
    copies = 1 if smoke else -(-MIN_BYTES // len(data))
    with writer(path) as out:
        for i in range(0, len(lines), BLOCK_LINES):
            block = b"\n".join(lines[i : i + BLOCK_LINES]) + b"\n"
            out.write(block * copies)
