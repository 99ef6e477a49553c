"""Pages and commands over a million tracked files. Prints the times; run with `pytest -m slow -s`."""

import json
import sqlite3
import statistics
import time
from urllib.parse import urlencode

import pytest
from harness import Pipeline, Running, put, wait_until

FILES = 1_000_000
BATCH_FILES = 90
ROUNDS = 15
SLOW_S = 1.0  # by far; what it takes is printed
COMPLETED, FAILED = 3, 4
NOW_US = 1_737_072_000_000_000

pytestmark = pytest.mark.slow


def key_of(number):
    return f"2025/{number // 100_000 + 1:02}/shop-{number:07}.ndjson"


def fill(path):
    """A million files in batches, one in a thousand failed, one in a hundred with bad lines."""
    database = sqlite3.connect(path)
    outputs = json.dumps([{"staged_key": "s", "final_key": "o", "rows": 900, "size_bytes": 9_000,
                           "hash": "0" * 32, "quarantine": False}], separators=(",", ":"))
    bad = json.dumps([{"staged_key": "s", "final_key": "_quarantine/none", "rows": 0,
                       "size_bytes": 9, "hash": "0" * 32, "quarantine": True}],
                     separators=(",", ":"))
    batches = [(n + 100, "main", f"2025-01-{n % 28 + 1:02}/batch-{n // 28 + 10_000}", COMPLETED, "m",
                1, "o", 0, NOW_US + n, NOW_US + n, 0, 0, "", bad if n % 50 == 0 else outputs, "[]")
               for n in range(FILES // BATCH_FILES + 1)]
    with database:
        database.executemany(f"INSERT INTO batches VALUES ({','.join('?' * 15)})", batches)
        database.executemany(f"INSERT INTO files VALUES ({','.join('?' * 21)})", (
            (n + 100, "main", key_of(n), "input", f"v{n}", 1_000, "e", NOW_US, "1",
             FAILED if n % 1_000 == 0 else COMPLETED, batches[n // BATCH_FILES][2], 1, 0,
             NOW_US, 0, NOW_US + n, 10, 9, int(n % 100 == 0), int(n % 100 != 0), "")
            for n in range(FILES)))
        database.executemany("INSERT INTO batch_files VALUES (?, ?, ?)", (
            (n // BATCH_FILES + 100, n % BATCH_FILES, n + 100) for n in range(FILES)))
        database.executemany("INSERT INTO file_events VALUES (?, 1, ?, 3, '', 'filled')",
                             ((n + 100, NOW_US) for n in range(FILES)))
    database.close()


def filled_pipeline(folder):
    pipeline = Pipeline(folder)
    put(pipeline.input, "one.ndjson", '{"n": 1}\n')
    pipeline.once()
    fill(pipeline.output / "_varve/varve.db")
    return pipeline


COMMANDS = {
    "status": ("status",),
    "plan": ("plan",),
    "files": ("files", "--limit", 50),
    "files that failed": ("files", "--status", "failed", "--limit", 50),
    "batches": ("batches", "--limit", 50),
    "explain": ("explain", key_of(654_321)),
    "dlq list": ("dlq", "list"),
    "schema show": ("schema", "show"),
    "retry": ("retry", key_of(123_000)),
    "reconcile": ("reconcile",),
}


def test_commands_on_a_million_files(tmp_path):
    """Process start included. `reconcile` looks for every source and output, so it takes its time."""
    pipeline = filled_pipeline(tmp_path)
    print(f"\n{FILES:,} files, {FILES // BATCH_FILES:,} batches, in ms")
    with Running(pipeline):
        for title, arguments in COMMANDS.items():
            begun = time.perf_counter()
            pipeline.command(*arguments, codes=(0, 3) if title == "reconcile" else (0,))
            took = time.perf_counter() - begun
            print(f"  {title:28} {took * 1000:9.1f}")
            assert title == "reconcile" or took < SLOW_S, title


def test_pages_of_a_million_files(tmp_path):
    pipeline = filled_pipeline(tmp_path)
    with Running(pipeline) as running:
        wait_until(lambda: running.get("/readyz")[0] == 200, "it is ready")

        def ask(name, parameters):
            status, text = running.get(f"/api/v1/{name}?{urlencode(parameters)}")
            assert status == 200, text
            return json.loads(text)

        deep_file, deep_batch = str(900_000 + 100), "200"
        questions = {
            "overview": ("overview", {}),
            "files, the first page": ("files", {}),
            "files, page 18,000": ("files", {"after": deep_file}),
            "files by name": ("files", {"prefix": key_of(777_777)[:-12]}),
            "files that failed": ("files", {"status": "failed"}),
            "files that failed, by name": ("files", {"status": "failed", "prefix": "2025/09/"}),
            "files with bad lines": ("files", {"quarantined": "true"}),
            "one file's life": ("file", {"key": key_of(654_321)}),
            "batches, the first page": ("batches", {}),
            "batches, the last page": ("batches", {"after": deep_batch}),
            "batches of a day": ("batches", {"prefix": "2025-01-07"}),
            "batches with bad lines": ("batches", {"quarantined": "true"}),
            "quarantine": ("quarantine", {}),
            "dead letters": ("dead-letters", {}),
        }
        print(f"\n{FILES:,} files, {FILES // BATCH_FILES:,} batches, {ROUNDS} rounds, in ms")
        for title, (name, parameters) in questions.items():
            times = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                ask(name, parameters)
                times.append(time.perf_counter() - begun)
            print(f"  {title:28} median {statistics.median(times) * 1000:7.1f}  "
                  f"most {max(times) * 1000:7.1f}")
            assert statistics.median(times) < SLOW_S, title
        overview = ask("overview", {})
        # Reconcile finds that the sources of failed files are not there, one after another.
        assert sum(overview["files"].get(state, {"files": 0})["files"]
                   for state in ("failed", "missing")) == FILES // 1_000
        assert len(ask("files", {"prefix": key_of(777_777)})["files"]) == 1
