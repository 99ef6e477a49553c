"""The job's parts that need no Spark: the plan, spans of lines, rounds and accounting, hashes."""

import ctypes
import ctypes.util
import json
import random

import pytest
import session  # noqa: F401, puts the job on the path
from batch import STAGING, Batch
from varve_spark.document import read_job
from varve_spark.job import run_job
from varve_spark.lines import read_lines
from varve_spark.plan import Part, plan_tasks
from varve_spark.storage import Directory, open_bucket
from varve_spark.xxh3 import hash_file


def job_of(tmp_path, sizes, **convert):
    """A job of files that are not read; names say their day."""
    batch = Batch(tmp_path, convert)
    for name, size in sizes.items():
        batch.add(name, b"\n" * size)
    batch.write()
    return read_job(str(batch.document))


def test_plan_packs_small_files_and_cuts_large_ones(tmp_path):
    job = job_of(tmp_path, {"2025-01-17-a": 60, "2025-01-18-b": 10, "2025-01-17-c": 40,
                            "2025-01-17-d": 250, "2025-01-17-e": 1, "2025-01-18-f": 101})
    tasks = plan_tasks(job, 100, lambda file: file.key != "2025-01-18-f")
    assert [task.parts for task in tasks] == [
        (Part(0), Part(2)), (Part(3, (0, 83)),), (Part(3, (83, 166)),), (Part(3, (166, 250)),),
        (Part(4),), (Part(1),), (Part(5),)]
    assert [task.index for task in tasks] == list(range(7))
    (task,) = plan_tasks(job_of(tmp_path / "none", {"2025-01-17-a": 1, "2025-01-18-b": 1},
                                partition="none"), 100, None)
    assert task.parts == (Part(0), Part(1))


def test_each_line_is_in_the_span_of_its_first_byte(tmp_path):
    path = tmp_path / "f"
    for text in (b"\xef\xbb\xbfab\n\n\r\nabcdef\n\xef\xbb\xbf\nxyz", b"ab\nab\nab\n", b"\n"):
        path.write_bytes(text)
        whole = [(offset, line) for _, offset, line in read_lines(path, "f")]
        assert b"\n".join(line for _, line in whole).rstrip(b"\n") == \
            text.removeprefix(b"\xef\xbb\xbf").rstrip(b"\n")
        for size in range(1, len(text) + 1):
            together = []
            for begin in range(0, len(text), size):
                found = list(read_lines(path, "f", (begin, min(begin + size, len(text)))))
                assert [number for number, _, _ in found] == list(range(1, len(found) + 1))
                together += [(offset, line) for _, offset, line in found]
            assert together == whole


class Rounds:
    """An engine that answers what the test says: [{file: counts or error} a task] a round."""

    def __init__(self, *rounds, schemas=()):
        self.rounds, self.schemas, self.asked = list(rounds), list(schemas), []

    def convert(self, tasks, agreed=None):
        if not tasks:
            return []
        self.asked.append([(task.index, [part.file for part in task.parts]) for task in tasks])
        return [self._report(task, agreed) for task in tasks]

    def _report(self, task, agreed):
        told = self.rounds[0 if agreed is None else 1][task.index]
        outcomes = {file: {"counts": [0] * 4, "error": what, "missing": False}
                    if isinstance(what, str) else
                    {"counts": what, "error": "", "missing": False} for file, what in told.items()}
        rows = sum(each["counts"][1] for each in outcomes.values())
        name = f"staged-{task.index}-{agreed is not None}"
        output = {"name": "part-00000-b.parquet", "staged": name, "rows": rows, "bytes": 1,
                  "hash": ""}
        schema = agreed["schema"] if agreed else self.schemas[task.index]
        return {"task": task, "outcomes": outcomes, "outputs": [output] if rows else [],
                "quarantine": [], "complete": True, "schema": schema, "observed": schema}

    def agree(self, observed):
        kinds = set("+".join(observed).split("+"))
        return {"schema": "+".join(sorted(kinds)), "observed": None}


def test_a_span_that_fails_takes_its_file_along(tmp_path):
    job = job_of(tmp_path, {"2025-01-17-a": 150, "2025-01-17-b": 10})
    engine = Rounds([{0: [9, 9, 0, 0]}, {0: "io: lost"}, {1: [2, 1, 0, 1]}], schemas="xyz")
    result = run_job(job, engine, 100)
    assert [outcome["counts"] for outcome in result["outcomes"]] == [[0] * 4, [2, 1, 0, 1]]
    assert [outcome["error"] for outcome in result["outcomes"]] == ["io: lost", ""]
    assert [output["staged"] for output in result["outputs"]] == ["staged-2-False"]
    assert result["schema"] == "z"  # nothing of what only the failed file held
    assert engine.asked == [[(0, [0]), (1, [0]), (2, [1])]]


def test_only_what_differs_is_converted_again_and_only_once(tmp_path):
    sizes = {"2025-01-17-a": 60, "2025-01-17-b": 30, "2025-01-17-c": 60, "2025-01-17-d": 90}
    first = [{0: [1, 1, 0, 0], 1: "corrupt_gzip: b"}, {2: [1, 1, 0, 0]}, {3: [3, 0, 3, 0]}]
    engine = Rounds(first, [{0: [1, 1, 0, 0]}, {2: [1, 1, 0, 0]}], schemas=["x", "x+y", "y"])
    result = run_job(job_of(tmp_path, sizes), engine, 100)
    # Task 1 has the schema of all already; task 2 has no rows that could have another.
    assert engine.asked == [[(0, [0, 1]), (1, [2]), (2, [3])], [(0, [0])]]
    assert [output["staged"] for output in result["outputs"]] == ["staged-0-True", "staged-1-False"]
    assert [output["final"][-20:] for output in result["outputs"]] == \
        ["part-00000-b.parquet", "part-00001-b.parquet"]
    assert result["outcomes"][1]["error"] == "corrupt_gzip: b"
    assert json.loads((tmp_path / "lake" / STAGING / "result.json").read_text()) == result


@pytest.mark.parametrize("counts", [[3, 1, 1, 0], [2, 2, 0, 1]])
def test_what_does_not_add_up_is_not_committed(tmp_path, counts):
    job = job_of(tmp_path, {"2025-01-17-a": 1})
    with pytest.raises(RuntimeError, match="does not add up"):
        run_job(job, Rounds([{0: counts}], schemas="x"), 100)
    assert not (tmp_path / "lake").exists()


def test_documents_of_another_version_are_refused(tmp_path):
    job_of(tmp_path, {"2025-01-17-a": 1})
    document = json.loads((tmp_path / "job.json").read_text())
    for place in (document, document["manifest"]):
        key = "version" if "version" in place else "varve_manifest"
        place[key] = 2
        (tmp_path / "job.json").write_text(json.dumps(document))
        with pytest.raises(ValueError, match="another version"):
            read_job(str(tmp_path / "job.json"))
        place[key] = 1


def test_keys_do_not_lead_out_of_a_directory(tmp_path):
    (tmp_path / "secret").write_text("{}")
    bucket = open_bucket(str(tmp_path / "in"))
    assert isinstance(bucket, Directory)
    for key in ("../secret", "a/../../secret", str(tmp_path / "secret")):
        with pytest.raises(ValueError, match="leads out"):
            bucket.fetch(key, "", None, "")


def test_hashes_are_those_of_the_library(tmp_path):
    found = ctypes.util.find_library("xxhash")
    assert found, "varve itself needs libxxhash"

    class Hash128(ctypes.Structure):
        _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]

    library = ctypes.CDLL(found)
    library.XXH3_128bits.restype = Hash128
    library.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    chance, path = random.Random(7), tmp_path / "f"
    for size in [*range(17, 600), 1023, 1024, 1025, 1088, 2048, 1 << 20, (1 << 20) + 1, 1_100_000]:
        data = chance.randbytes(size)
        path.write_bytes(data)
        expected = library.XXH3_128bits(data, size)
        assert hash_file(path) == (f"{expected.high:016x}{expected.low:016x}", size)
