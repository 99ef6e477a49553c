"""What must hold of a pipeline at any moment, judged by pyarrow, json and sqlite3 alone."""

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing

import pyarrow.parquet as pq

STATES = ("pending", "claimed", "processing", "completed", "failed", "missing", "superseded")
PUBLISHING, BATCH_COMPLETED = 2, 3
ENDED = {"completed", "failed", "missing", "superseded"}
PLACE = re.compile(r'"v":(\d+),"n":(\d+)')


class Broken(AssertionError):
    """An invariant does not hold."""


def require(holds, *what):
    if not holds:
        raise Broken(" ".join(map(str, what)))


class Checker:
    """Reads each output once and remembers what was in it."""

    def __init__(self, pipeline, load):
        self.pipeline, self.load = pipeline, load
        self.outputs = {}  # path -> (size, mtime, [(v, n)])
        self.rows = Counter()  # (v, n) -> times seen
        self.settled = set()  # every v that was checked to the end: nothing of it may come again
        self.totals = Counter()

    def read_outputs(self):
        """Takes in what is new, and forgets what is gone."""
        found = {}
        for path in self.pipeline.output.rglob("*"):
            name = path.relative_to(self.pipeline.output)
            quarantine = name.parts[0] == "_quarantine" and name.suffix == ".ndjson"
            visible = name.suffix == ".parquet" and not any(
                part.startswith(("_", ".")) for part in name.parts)
            if not (quarantine or visible):
                continue
            status = path.stat()
            known = self.outputs.get(path)
            if known and known[:2] == (status.st_size, status.st_mtime_ns):
                found[path] = known
                continue
            lines = self.bad_lines(path) if quarantine else self.good_lines(path)
            found[path] = (status.st_size, status.st_mtime_ns, lines)
            self.rows.update(lines)
        for path, known in self.outputs.items():
            if found.get(path) is not known:
                self.rows.subtract(known[2])
        self.outputs = found
        self.rows = +self.rows
        twice = [place for place, count in self.rows.items() if count > 1][:5]
        require(not twice, "lines are there twice:", twice)
        again = {v for v, *_ in self.rows} & self.settled
        require(not again, "rows of files that were checked came again:", sorted(again)[:5])

    @staticmethod
    def good_lines(path):
        table = pq.read_table(path, partitioning=None, columns=["v", "n"])
        return [(v, n, "row") for v, n in zip(table["v"].to_pylist(), table["n"].to_pylist())]

    @staticmethod
    def bad_lines(path):
        places = [PLACE.search(json.loads(line)["raw"]) for line in path.read_bytes().splitlines()]
        require(all(places), "a quarantined line of nobody in", path)
        return [(int(place[1]), int(place[2]), "bad") for place in places]

    def database(self):
        path = self.pipeline.output / "_varve/varve.db"
        return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))

    def fences(self):
        """Batch -> the fence of its newest lease."""
        with self.database() as database:
            return dict(database.execute("SELECT name, fence FROM batches"))

    def tracked(self):
        """(key, version) -> state, accounting, batch state, of every file in the database."""
        with self.database() as database:
            rows = database.execute(
                "SELECT f.key, f.version, f.state, f.lines, f.rows, f.quarantined, f.blank, "
                "b.state FROM files f LEFT JOIN batches b ON b.pipeline = f.pipeline "
                "AND b.name = f.batch").fetchall()
            shared = database.execute(
                "SELECT count(*) FROM (SELECT f.id FROM files f JOIN batch_files m ON m.file = f.id "
                "JOIN batches b ON b.id = m.batch WHERE f.state = 3 AND b.state = 3 "
                "AND b.name = f.batch GROUP BY f.id HAVING count(*) > 1)").fetchone()[0]
        require(shared == 0, shared, "files are in two manifests")
        return {(key, version): (STATES[state], (lines, good, bad, blank), batch)
                for key, version, state, lines, good, bad, blank, batch in rows}

    def check(self):
        """What holds even while nobody runs, at whatever moment the process was killed."""
        self.read_outputs()
        visible = {}
        for v, n, kind in self.rows:
            visible.setdefault(v, {"row": set(), "bad": set()})[kind].add(n)
        tracked = self.tracked()
        for place, (state, accounting, batch) in tracked.items():
            lines, good, bad, blank = accounting
            require(lines == good + bad + blank, "does not balance:", place, accounting)
            file = self.load.written.get(place)
            if file is None or file.v in self.settled:
                continue  # checked in an earlier round
            shown = visible.pop(file.v, {"row": set(), "bad": set()})
            if state == "completed":
                require(not file.corrupt, "a corrupt file was completed:", place)
                require(shown["row"] == file.good, "rows lost or invented:", place)
                require(shown["bad"] == file.bad, "bad lines lost or invented:", place)
                require(accounting == (file.lines, len(file.good), len(file.bad), file.blank),
                        "is accounted for wrongly:", place, accounting)
            elif shown["row"] or shown["bad"]:
                require(state == "processing" and batch == PUBLISHING,
                        "rows of a file that is", state, "are visible:", place)
                require(shown["row"] <= file.good and shown["bad"] <= file.bad, place)
        require(not visible, "rows of files that are not tracked:", sorted(visible)[:5])
        return tracked

    def settle(self):
        """What holds when everything has been drained; then that round is closed."""
        tracked = self.check()
        for place, (state, *_) in tracked.items():
            require(state in ENDED, "is still", state, place)
        for place, file in self.load.written.items():
            state = tracked.get(place, ("never seen",))[0]
            if file.v in self.settled:
                continue
            if file.disturbed:
                require(file.corrupt or state in ENDED | {"never seen"}, place, state)
            else:
                require(state == ("failed" if file.corrupt else "completed"), place, "is", state)
            self.totals[state] += 1
            if state == "completed":
                self.totals["rows"] += len(file.good)
                self.totals["quarantined"] += len(file.bad)
                self.totals["blank"] += file.blank
        left = [path for folder in ("_varve/staging", "_varve/.work")
                for path in (self.pipeline.output / folder).rglob("*") if path.is_file()]
        require(not left, "left over:", left[:5])
        self.settled.update(self.load.by_v)
        self.outputs = {path: (*known[:2], []) for path, known in self.outputs.items()}
        self.rows.clear()
        self.load.forget()
