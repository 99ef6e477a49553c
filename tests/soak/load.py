"""The load of the soak: files whose every line is known, and what may become of each."""

import gzip
import json
import os
import pathlib
from dataclasses import dataclass

KEYS = 400  # names are used again, so that files are overwritten and come back
DAYS = ("2025-01-17", "2025-01-18", "2025-01-19")
BAD = ('{{"key":"{key}","v":{v},"n":{n},', '[{{"key":"{key}","v":{v},"n":{n}}}]',
       '{{"key":"{key}","v":{v},"n":{n}}}}}', '{{"key":"{key}","v":{v},"n":{n},"n":0}}')


@dataclass
class Written:
    """One version of one file, as it was put into the input."""

    key: str
    v: int
    good: frozenset  # line numbers that are rows
    bad: frozenset  # line numbers that are quarantined
    blank: int
    corrupt: bool = False  # cannot be read at all
    disturbed: bool = False  # overwritten or deleted by us, perhaps before it was read

    @property
    def lines(self):
        return len(self.good) + len(self.bad) + self.blank


def identity(status):
    """The version as varve names it: inode, size and time of change."""
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"


class Load:
    """Puts files in, overwrites and deletes them; remembers all of it."""

    def __init__(self, folder, chance):
        self.folder = pathlib.Path(folder)
        self.chance = chance
        self.written = {}  # (key, identity) -> Written
        self.by_v = {}  # v -> Written
        self.current = {}  # key -> Written that was put there last and not deleted
        self.counts = dict.fromkeys(["files", "overwritten", "deleted", "corrupt", "lines",
                                     "bad_lines", "blank_lines"], 0)
        self.next_v = 0

    def act(self):
        """One thing that a producer might do."""
        if self.current and self.chance.random() < 0.04:
            self.delete(self.chance.choice(sorted(self.current)))
        else:
            self.put()

    def delete(self, key):
        file = self.current.pop(key)
        file.disturbed = True
        (self.folder / key).unlink(missing_ok=True)
        self.counts["deleted"] += 1

    def put(self):
        chance = self.chance
        kind = chance.choice([".ndjson", ".ndjson", ".ndjson.gz", ".jsonl"])
        key = f"{chance.choice(DAYS)}/{chance.randrange(KEYS):04}{kind}"
        if chance.random() < 0.05:
            key = f"odd a+b %20 \u00e9 <b>/{chance.randrange(20)}{kind}"
        file, content = self.make(key)
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = path.parent / f".{os.getpid()}.tmp"
        hidden.write_bytes(content)
        name = identity(hidden.stat())  # known before varve can see it
        assert (key, name) not in self.written
        self.written[key, name] = self.by_v[file.v] = file
        if old := self.current.get(key):
            old.disturbed = True
            self.counts["overwritten"] += 1
        hidden.rename(path)
        self.current[key] = file
        self.counts["files"] += 1

    def make(self, key):
        v, self.next_v = self.next_v, self.next_v + 1
        chance, good, bad, blank, text = self.chance, set(), set(), 0, []
        spoiled = chance.random() < 0.2
        for n in range(chance.randint(1, 60)):
            if spoiled and chance.random() < 0.1:
                bad.add(n)
                text.append(chance.choice(BAD).format(key=key, v=v, n=n))
            elif chance.random() < 0.02:
                blank += 1
                text.append("  ")
            else:
                good.add(n)
                row = {"key": key, "v": v, "n": n, "x": chance.random()}
                if chance.random() < 0.001:
                    row[f"late_{chance.randrange(5)}"] = chance.choice([1, "one", {"a": 1}])
                text.append(json.dumps(row))
        content = ("\n".join(text) + "\n").encode()
        corrupt = key.endswith(".gz") and chance.random() < 0.1
        if key.endswith(".gz"):
            content = gzip.compress(content, mtime=0)
        if corrupt:
            content = content[:-chance.randint(5, 20)]
        self.counts["corrupt"] += corrupt
        self.counts["lines"] += 0 if corrupt else len(text)
        self.counts["bad_lines"] += 0 if corrupt else len(bad)
        self.counts["blank_lines"] += 0 if corrupt else blank
        return Written(key, v, frozenset(good), frozenset(bad), blank, corrupt), content

    def forget(self):
        """Everything has been checked; what is still in the input stays as it is."""
        self.written = {place: file for place, file in self.written.items()
                        if self.current.get(place[0]) is file}
        self.by_v = {file.v: file for file in self.written.values()}
