"""The inputs of the benchmark: each is made once, deterministically, into build/bench-data."""

import functools

from datasets import corpora, events, flights, github, mix30

GENERATORS = {
    "flights": flights.generate,
    "events": events.generate,
    "wikiticker": functools.partial(corpora.generate, "wikiticker-2015-09-12"),
    "windows-auditpol": functools.partial(corpora.generate, "windows-auditpol"),
    "zeek-dns": functools.partial(corpora.generate, "zeek-dns"),
    "mix30": mix30.generate,
    "github": github.generate,
}


def available():
    """Names of the data sets that can be made here; the real logs are optional."""
    return [
        name
        for name, make in GENERATORS.items()
        if not isinstance(make, functools.partial) or corpora.source_file(make.args[0]).exists()
    ]


def ensure(name, folder, smoke):
    """Path of the data set, made now if it is not there."""
    path = folder / f"{name}.ndjson"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        GENERATORS[name](path, smoke)
    return path
