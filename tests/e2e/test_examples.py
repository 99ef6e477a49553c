"""The sample input, converted and compared value by value with what Python's json reads."""

import importlib.util
import json
import os
import pathlib
import re
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from samples import DAYS, EXAMPLES, ROOT, as_type, content_of, rows_of, same, sample_files

VARVE = pathlib.Path(os.environ.get("VARVE_BIN", ROOT / "build/release/varve"))


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    output = tmp_path_factory.mktemp("examples") / "out"
    command = [VARVE, "convert", EXAMPLES, "-o", output, "--partition", "filename-date", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    return output, json.loads(done.stdout.splitlines()[-1])


def parquet_files(output, day):
    year, month, number = day.split("-")
    return sorted((output / f"year={year}/month={month}/day={number}").glob("*.parquet"))


def table_in_readme():
    row = re.compile(r"^\| `(\S+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", re.M)
    return {name: tuple(map(int, counts))
            for name, *counts in row.findall((EXAMPLES / "README.md").read_text())}


def test_readme_counts_are_those_of_the_files():
    counted = {}
    for path in sample_files():
        rows, bad, blank = rows_of(path)
        counted[path.name] = (len(rows) + len(bad) + blank, len(rows), len(bad), blank)
    assert table_in_readme() == counted


def test_generator_writes_the_committed_files(tmp_path):
    spec = importlib.util.spec_from_file_location("generate", EXAMPLES / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    written = generate.file_bytes()
    assert sorted(written) == [path.name for path in sample_files()]
    for path in sample_files():  # compared inflated: zlib versions differ in how they deflate
        (tmp_path / path.name).write_bytes(written[path.name])
        assert content_of(tmp_path / path.name) == content_of(path), path.name


def test_every_line_is_accounted_for(converted):
    _, summary = converted
    lines, rows, bad, blank = map(sum, zip(*table_in_readme().values()))
    assert (summary["lines"], summary["rows"]) == (lines, rows)
    assert (summary["quarantined"], summary["blank"]) == (bad, blank)
    assert (summary["files"], summary["files_failed"]) == (len(sample_files()), 0)
    assert sum(output["rows"] for output in summary["outputs"]) == rows


def test_quarantined_lines_are_exactly_the_bad_ones(converted):
    _, summary = converted
    expected = {(path.name, line) for path in sample_files() for line in rows_of(path)[1]}
    named = {(pathlib.Path(error["file"]).name, error["line"]) for error in summary["errors"]}
    assert named == expected
    records = [line for path in summary["quarantine"]
               for line in pathlib.Path(path).read_bytes().splitlines()]
    assert len(records) == len(expected)


@pytest.mark.parametrize("day", DAYS)
def test_values_survive(converted, day):
    output, _ = converted
    expected = [row for path in sample_files() if path.name.startswith(day)
                for row in rows_of(path)[0]]
    tables = [pq.read_table(path, partitioning=None) for path in parquet_files(output, day)]
    table = pa.concat_tables(tables)
    assert table.num_rows == len(expected)
    row_type = pa.struct(list(table.schema))
    for number, (row, read) in enumerate(zip(expected, table.to_pylist())):
        if read.get("note") is not None:
            read["note"] = json.loads(read["note"])  # JSON text by what examples/README.md says
        wanted = as_type(row, row_type)
        assert same(wanted, read), f"{day} row {number}\nwanted {wanted}\nread   {read}"


def test_column_types_are_those_of_the_readme(converted):
    output, _ = converted
    schema, *others = [pq.read_schema(p) for day in DAYS for p in parquet_files(output, day)]
    assert all(schema.equals(other) for other in others), "one dataset, one schema"
    assert schema.field("ts").type == pa.timestamp("us", tz="UTC")
    assert schema.field("ship_on").type == pa.date32()
    assert schema.field("user").type.field("id").type == pa.int64()
    assert schema.field("trace").type == pa.decimal128(20, 0)
    assert schema.field("user").type.field("postcode").type == pa.string()
    assert schema.field("cart").type.value_type.field("price").type == pa.float64()
    assert schema.field("attempt").type == pa.float64()
    assert pa.types.is_string(schema.field("experiment").type)
    # Keys that only bad lines have leave no column behind.
    assert not {"emoji", "name", "price"} & set(schema.names)
