"""Tables of hostile lines: a Case says what must come of them; `run_case` sees that it does."""

import json
from dataclasses import dataclass, field

import pyarrow.parquet as pq
from conftest import convert
from oracle import lattice
from oracle.lines import read_inputs
from oracle.nodes import describe, read_nodes
from oracle.oracle import Settings, check, quarantine_records
from oracle.readers import READERS

# What the oracle calls a reason -> the error codes that name it.
CODES = {
    "syntax": {"bad_syntax", "bad_literal", "bad_number", "bad_escape", "control_character",
               "truncated", "trailing_garbage", "not_an_object"},
    "utf8": {"invalid_utf8", "not_an_object"},  # the latter where it does not even begin as one
    "duplicate_key": {"duplicate_key"},
    "number_range": {"number_overflow"},
    "surrogate": {"lone_surrogate"},
    "not_object": {"not_an_object"},
    "depth": {"too_deep"},
    "line_too_long": {"line_too_long"},
}


@dataclass
class Case:
    """Lines, and by source key the types that the accepted ones must have."""

    lines: list
    columns: dict = field(default_factory=dict)
    bad: int = 0
    blank: int = 0
    rounded: int = 0
    fields: list = field(default_factory=list)  # of the schema given

    @property
    def data(self):
        return b"".join(line + b"\n" for line in self.lines)


def to_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def lines(columns, *texts, bad=0, rounded=0):
    return Case([to_bytes(text) for text in texts], columns, bad, rounded=rounded)


def values(kind, *texts, bad=0, rounded=0):
    """A column `v` of these JSON values must have this type."""
    return Case([b'{"v":' + to_bytes(text) + b"}" for text in texts], {"v": kind}, bad,
                rounded=rounded)


def bad(*texts):
    """None of these values is JSON; each line goes alone, the good ones around it stay."""
    good = b'{"v":7}'
    rejected = [b'{"v":' + to_bytes(text) + b"}" for text in texts]
    return Case([good, *[line for text in rejected for line in (text, good)]], {"v": "int64"},
                len(rejected))


def columns_of(summary):
    """source key -> type of the dataset."""
    with pq.ParquetFile(summary["outputs"][0]["path"]) as file:
        return {node.key: describe(node) for node in read_nodes(file)}


def expect(case, summary, sources, readers):
    """The summary and the output are what the case says, and every value survived."""
    rows = len(case.lines) - case.bad - case.blank
    counted = {name: summary[name] for name in ("rows", "quarantined", "blank")}
    assert counted == {"rows": rows, "quarantined": case.bad, "blank": case.blank}
    assert summary["numbers_rounded"] == case.rounded
    if rows:
        assert columns_of(summary) == case.columns
    settings = Settings(lattice.Options(maps=lattice.maps_of(case.fields)), readers=readers)
    assert check(sources, summary, settings) == []
    check_codes(sources, summary)


def check_codes(sources, summary, **limits):
    """Each quarantined line's code names what is wrong with it."""
    reasons = {(ref.file, ref.line): reason
               for ref, (reason, _) in read_inputs(sources, **limits).rejected.items()}
    for record in quarantine_records(summary["quarantine"]):
        reason = reasons[record["file"], record["line"]]
        assert record["code"] in CODES[reason], record


def run_case(case, folder, readers=tuple(READERS), env=None):
    """Converts the case's lines and checks everything."""
    folder.mkdir(exist_ok=True)
    source = folder / "in.ndjson"
    source.write_bytes(case.data)
    arguments = []
    if case.fields:
        schema = folder / "schema.json"
        schema.write_text(json.dumps({"varve_schema": 1, "fields": case.fields}))
        arguments = ["--schema", schema]
    summary = convert([source], folder / "out", *arguments, env=env)
    expect(case, summary, [source], readers)
    return summary
