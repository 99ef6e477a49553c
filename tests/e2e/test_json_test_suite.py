"""JSONTestSuite: y_ accepted with its value, n_ quarantined, i_ as docs/reference/json.md says.

Each case is the value of one member of a line. Newlines inside a case are white space and become
spaces, except in a string: n_string_unescaped_newline is fed as it is, and is two bad lines.
"""

import re
import tarfile

import pyarrow.parquet as pq
import pytest
from conftest import ROOT, convert
from oracle.lines import Rejected, parse_line
from oracle.oracle import check, quarantine_records

BROKEN_STRING = "n_string_unescaped_newline"
# RFC 8259 allows these and calls them not interoperable; a row cannot hold both values, so varve
# quarantines them rather than drop one.
DUPLICATES = {"y_object_duplicated_key", "y_object_duplicated_key_and_value"}


@pytest.fixture(scope="module")
def suite():
    """name -> bytes of all cases."""
    from conftest import CORPORA
    archive = CORPORA / "JSONTestSuite.tar.gz"
    if not archive.exists():
        pytest.skip(f"no {archive} (set VARVE_CORPORA)")
    with tarfile.open(archive) as files:
        cases = {re.sub(r".*/|\.json$", "", member.name): files.extractfile(member).read()
                 for member in files if member.isfile()}
    assert len(cases) == 318
    return cases


def _choices():
    """name -> accepted | quarantined, from the table of the reference page."""
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([iy]_[^`]+)` \| (accepted|quarantined) \|", page, re.M))


def _embed(key, case):
    return b'{"' + key.encode() + b'":' + case.rstrip(b"\n").replace(b"\n", b" ") + b"}"


def _accepted(suite):
    choices = _choices()
    return {name for name in suite
            if choices.get(name, "accepted" if name[0] == "y" else "quarantined") == "accepted"}


def _write(path, lines):
    path.write_bytes(b"\n".join(lines) + b"\n")
    return [path]


def test_page_lists_every_choice(suite):
    assert set(_choices()) == {name for name in suite if name[0] == "i"} | DUPLICATES


def test_judge_agrees_with_the_names(suite):
    """Python's json, as strict as the oracle makes it, accepts what we say is accepted."""
    accepted = set()
    for name in suite.keys() - {BROKEN_STRING}:
        try:
            parse_line(_embed("v", suite[name]))
            accepted.add(name)
        except Rejected:
            pass
    assert accepted == _accepted(suite)


def test_accepted_each_in_its_own_column(suite, tmp_path):
    """Every accepted case typed by itself, its value decoded."""
    names = sorted(_accepted(suite))
    source = _write(tmp_path / "in.ndjson", [_embed(name, suite[name]) for name in names])
    summary = convert(source, tmp_path / "out")
    assert (summary["rows"], summary["quarantined"]) == (len(names), 0), summary["errors"]
    assert check(source, summary) == []


def test_accepted_in_one_column(suite, tmp_path):
    """All accepted cases in a column of JSON text: the exact source text."""
    names = sorted(_accepted(suite))
    source = _write(tmp_path / "in.ndjson", [_embed("v", suite[name]) for name in names])
    summary = convert(source, tmp_path / "out")
    assert (summary["rows"], summary["quarantined"]) == (len(names), 0), summary["errors"]
    assert check(source, summary) == []


@pytest.mark.parametrize("parser", ["speculative", "general"])
def test_rejected(suite, tmp_path, parser):
    """Every other case is quarantined, alone, between good lines, and leaves no column behind."""
    names = sorted(suite.keys() - _accepted(suite) - {BROKEN_STRING})
    lines = [line for name in names for line in (_embed(name, suite[name]), b'{"good":1}')]
    source = _write(tmp_path / "in.ndjson", lines)
    env = {"VARVE_PARSER": "general"} if parser == "general" else {}
    summary = convert(source, tmp_path / "out", env=env)
    bad = {record["line"] for record in quarantine_records(summary["quarantine"])}
    wrong = [name for number, name in enumerate(names) if 2 * number + 1 not in bad]
    assert wrong == []
    assert (summary["rows"], summary["quarantined"]) == (len(names), len(names))
    assert pq.ParquetFile(summary["outputs"][0]["path"]).schema.names == ["good"]
    assert check(source, summary) == []


def test_string_with_a_newline_is_two_bad_lines(suite, tmp_path):
    line = b'{"v":' + suite[BROKEN_STRING].rstrip(b"\n") + b"}"
    source = _write(tmp_path / "in.ndjson", [b'{"v":["a"]}', line, b'{"v":["b"]}'])
    summary = convert(source, tmp_path / "out")
    assert (summary["rows"], summary["quarantined"]) == (2, 2)
    assert check(source, summary) == []


def test_byte_order_mark_starts_a_file(tmp_path):
    source = _write(tmp_path / "in.ndjson", [b"\xef\xbb\xbf{}", b"\xef\xbb\xbf{}"])
    summary = convert(source, tmp_path / "out")
    assert (summary["rows"], summary["quarantined"]) == (1, 1)
