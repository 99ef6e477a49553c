"""Checks one conversion completely: accounting, quarantine, types and every value, in order.

`check` returns what is wrong as a list of sentences; a correct conversion gives an empty list.
    python -m oracle.oracle INPUT... -- OUTPUT.parquet...    (from tests/) checks files by hand
"""

import base64
import json
import os
import sys
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from oracle import lattice
from oracle.arrays import Rounding, build, canonical
from oracle.lines import LINE_BYTES_MAX, read_inputs
from oracle.nodes import field_differences, read_nodes
from oracle.readers import READERS, read_all
from oracle.spans import extract

SHOWN_PER_COLUMN = 3
SOURCE_COLUMNS = {"_source": pa.string(), "_line": pa.int64()}


@dataclass
class Settings:
    """What the conversion was told, as far as it changes what is right."""

    options: lattice.Options = field(default_factory=lattice.Options)
    partition_of: object = None  # (LineRef, row) -> directory below root; None: one partition
    root: str = ""  # the output directory, when partition_of is given
    source_column: bool = False
    line_bytes_max: int = LINE_BYTES_MAX
    readers: tuple = tuple(READERS)  # pyarrow is compared with the input, the others with pyarrow


def _check_counts(data, summary):
    want = {"lines": data.lines, "rows": len(data.rows), "quarantined": len(data.rejected),
            "blank": data.blank}
    found = [f"accounting: {name} is {summary[name]}, the input has {count}"
             for name, count in want.items() if summary[name] != count]
    if summary["lines"] != summary["rows"] + summary["quarantined"] + summary["blank"]:
        found.append("accounting: lines is not rows + quarantined + blank")
    written = sum(output["rows"] for output in summary["outputs"])
    if written != summary["rows"]:
        found.append(f"accounting: outputs have {written} rows, rows is {summary['rows']}")
    return found


def quarantine_records(paths):
    """Every record of the quarantine files."""
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield from map(json.loads, file)


def record_raw(record):
    """The bad line's bytes; None when the record only refers to them."""
    if record.get("raw_base64") is not None:
        return base64.b64decode(record["raw_base64"], validate=True)
    raw = record.get("raw")
    return None if raw is None else raw.encode("utf-8")


def _check_quarantine(data, paths):
    found = []
    wanted = {(ref.file, ref.line): (ref, raw) for ref, (_, raw) in data.rejected.items()}
    for record in quarantine_records(paths):
        name = f"quarantine record {record['file']}:{record['line']}"
        hit = wanted.pop((record["file"], record["line"]), None)
        if hit is None:
            found.append(f"{name}: not a line to quarantine, or recorded twice")
            continue
        ref, raw = hit
        if not ref.offset <= record["offset"] <= ref.offset + len(raw) + 1:
            found.append(f"{name}: offset {record['offset']} is outside the line")
        recorded = record_raw(record)
        if recorded is not None and recorded.rstrip(b"\r") != raw.rstrip(b"\r"):
            found.append(f"{name}: raw line differs")
        if not record["code"] or not record["message"]:
            found.append(f"{name}: has no code or message")
    return found + [f"quarantine: no record of {file}:{line}" for file, line in wanted]


def _check_files(summary):
    """(differences, nodes): each output opens, says what it has, and has the common schema."""
    found, first, nodes = [], None, None
    for output in summary["outputs"]:
        path = output["path"]
        if os.path.getsize(path) != output["bytes"]:
            found.append(f"output {path}: bytes is {output['bytes']}, not the file's size")
        file = pq.ParquetFile(path)
        if file.metadata.num_rows != output["rows"]:
            found.append(f"output {path}: rows is {output['rows']}, not the footer's")
        if first is None:
            first, nodes = file.schema, read_nodes(file)
        elif not file.schema.equals(first):
            found.append(f"schema of {path} is not that of {summary['outputs'][0]['path']}")
    return found, nodes


def _groups(data, summary, settings):
    """[(outputs' paths, indexes of the rows they must hold)] and differences of the layout."""
    paths = [output["path"] for output in summary["outputs"]]
    if settings.partition_of is None:
        return [(paths, range(len(data.rows)))], []
    rows, files = {}, {}
    for index, (ref, row) in enumerate(zip(data.refs, data.rows)):
        rows.setdefault(settings.partition_of(ref, row), []).append(index)
    for path in paths:
        files.setdefault(os.path.relpath(os.path.dirname(path), settings.root), []).append(path)
    found = [f"partition {name}: " + ("no rows belong there" if name in files else "no file")
             for name in rows.keys() ^ files.keys()]
    return [(files[name], rows[name]) for name in rows.keys() & files.keys()], found


def _expected(node, data, indexes, rounding):
    if node.holds_json():
        plan = {node.key: node.plan()}
        values = [extract(data.raws[i].decode(), plan)[node.key] if node.key in data.rows[i]
                  else None for i in indexes]
    else:
        values = [data.rows[i].get(node.key) for i in indexes]
    return build(node, values, rounding)


def _unequal(expected, actual, describe):
    if expected.equals(actual):
        return []
    if expected.type != actual.type:
        return [f"type {actual.type}, expected {expected.type}"]
    if len(expected) != len(actual):
        return [f"{len(actual)} rows, expected {len(expected)}"]
    bad = [i for i in range(len(expected)) if not expected[i:i + 1].equals(actual[i:i + 1])]
    shown = [f"{describe(i)}: {actual[i].as_py()!r}, expected {expected[i].as_py()!r}"
             for i in bad[:SHOWN_PER_COLUMN]]
    return shown + [f"{len(bad)} values differ"]


def _check_values(data, paths, indexes, nodes, settings, rounding):
    def describe(position):
        ref = data.refs[indexes[position]]
        return f"{os.path.basename(ref.file)}:{ref.line}"

    found, tables, reference = [], {}, {}
    for name in settings.readers:
        try:
            tables[name] = read_all(paths, READERS[name])
        except Exception as error:  # whatever a reader throws is a finding
            found.append(f"{name} cannot read the output: {error}")
    if "pyarrow" not in tables:
        return found
    for position, node in enumerate(nodes):
        reference[position] = actual = canonical(tables["pyarrow"].column(position))
        expected = _expected(node, data, indexes, rounding)
        found += [f"column {node.name}: {text}" for text in _unequal(expected, actual, describe)]
    for name in SOURCE_COLUMNS if settings.source_column else ():
        want = [getattr(data.refs[i], {"_source": "file", "_line": "line"}[name]) for i in indexes]
        actual = canonical(tables["pyarrow"].column(name))
        expected = canonical(pa.array(want, SOURCE_COLUMNS[name]))
        found += [f"column {name}: {text}" for text in _unequal(expected, actual, describe)]
    for reader in tables.keys() - {"pyarrow"}:
        table = tables[reader]
        if table.column_names != tables["pyarrow"].column_names:
            found.append(f"{reader} sees columns {table.column_names}")
            continue
        for position, node in enumerate(nodes):
            unequal = _unequal(reference[position], canonical(table.column(position)), describe)
            found += [f"{reader}, column {node.name}: {text}" for text in unequal]
    return found


def check(inputs, summary, settings=None):
    """Everything wrong with a conversion of `inputs` whose --json summary is given."""
    settings = settings or Settings()
    data = read_inputs(inputs, settings.line_bytes_max)
    found = _check_counts(data, summary) + _check_quarantine(data, summary["quarantine"])
    if not data.rows:
        return found
    file_differences, nodes = _check_files(summary)
    found += file_differences
    if nodes is None:
        return found + ["there is no output"]
    if file_differences:  # files that do not fit together cannot be read as one table
        return found
    if settings.source_column:
        if [node.name for node in nodes[-2:]] != list(SOURCE_COLUMNS):
            return found + ["--source-column gave no _source and _line as last columns"]
        nodes = nodes[:-2]
    expected = lattice.infer_rows(data.rows, settings.options)
    types = field_differences(expected.children, nodes)
    if types:  # values of columns that have the wrong type cannot be compared
        return found + types
    groups, layout = _groups(data, summary, settings)
    found += layout
    rounding = Rounding()
    for paths, indexes in groups:
        found += _check_values(data, paths, indexes, nodes, settings, rounding)
    if summary["numbers_rounded"] != rounding.count:
        found.append(f"accounting: numbers_rounded is {summary['numbers_rounded']}, "
                     f"expected {rounding.count}")
    return found


def summary_of(inputs, outputs):
    """A summary as --json gives it, for outputs made without one."""
    data = read_inputs(inputs)
    listed = [{"path": str(path), "bytes": os.path.getsize(path),
               "rows": pq.ParquetFile(path).metadata.num_rows} for path in outputs]
    return {"lines": data.lines, "rows": len(data.rows), "quarantined": len(data.rejected),
            "blank": data.blank, "numbers_rounded": 0, "outputs": listed, "quarantine": []}


def main(arguments):
    split = arguments.index("--")
    inputs, outputs = arguments[:split], arguments[split + 1:]
    found = check(inputs, summary_of(inputs, outputs))
    print("\n".join(found) or "no differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
