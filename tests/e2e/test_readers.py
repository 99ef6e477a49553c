"""What other programs find in the files: Spark's values, and the metadata that pyarrow checks."""

import glob
import json
import os

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, convert
from hostile import run_case
from oracle.arrays import canonical
from oracle.readers import read_pyarrow
from session import spark_session
from test_hostile import CASES

# Spark's JVM reads these, but its Python or Arrow side cannot show them.
NOT_FOR_SPARK = {"instants beyond the years", "first and last", "depth 20", "depth 20 of objects",
                 "one megabyte", "one megabyte of escapes", "long key"}
ROWS = b"".join(
    json.dumps({"i": i, "low": i % 3, "s": f"text {i * 7919 % 50_000}", "f": i / 7,
                "t": f"2025-01-{1 + i % 28:02}T00:00:00Z", "l": list(range(i % 4)),
                "long": "é" * 50 + str(i), "st": {"x": i if i % 5 else None}}).encode() + b"\n"
    for i in range(60_000))


@pytest.fixture(scope="module")
def spark():
    with spark_session(**{"spark.sql.session.timeZone": "UTC", "spark.sql.caseSensitive": "true",
                          "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED"}) as session:
        yield session


def _plain(value):
    """Spark's rows and pyarrow's values as plain, comparable Python values."""
    if hasattr(value, "asDict"):
        return {key: _plain(item) for key, item in value.asDict().items()}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if hasattr(value, "tzinfo"):
        return value.replace(tzinfo=None)
    return value


def _same_in_spark(session, paths):
    """Spark gives the values that pyarrow gives, which the oracle compares with the input."""
    for path in paths:
        literal = glob.escape(path)  # Hadoop reads paths as patterns
        rows = [_plain(row) for row in session.read.parquet("file://" + literal).collect()]
        table = read_pyarrow(path)
        wanted = [_plain(row) for row in _storage(table).to_pylist()]
        assert list(map(repr, rows)) == list(map(repr, wanted))


def _storage(table):
    """JSON columns as their text."""
    for number, column in enumerate(table.columns):
        if isinstance(column.type, pa.BaseExtensionType):
            table = table.set_column(number, table.column_names[number], column.combine_chunks()
                                     .storage)
    return table


def test_spark_reads_the_examples(spark, tmp_path):
    summary = convert([ROOT / "examples"], tmp_path / "out", "--source-column")
    _same_in_spark(spark, [output["path"] for output in summary["outputs"]])


@pytest.mark.parametrize("name", [name for name, case in CASES.items()
                                  if name not in NOT_FOR_SPARK and len(case.lines) > case.bad])
def test_spark_reads_hostile_values(spark, tmp_path, name):
    summary = run_case(CASES[name], tmp_path / "case", readers=("pyarrow",))
    _same_in_spark(spark, [output["path"] for output in summary["outputs"]])


@pytest.mark.parametrize("codec", ["snappy", "zstd", "zstd:1", "zstd:22", "gzip", "lz4_raw", "none"])
def test_codecs(spark, tmp_path, codec):
    """Every reader, Spark included, reads every codec."""
    (tmp_path / "in.ndjson").write_bytes(ROWS[:200_000].rpartition(b"\n")[0])
    from oracle.oracle import check
    summary = convert([tmp_path / "in.ndjson"], tmp_path / "out", "--compression", codec)
    assert check([tmp_path / "in.ndjson"], summary) == []
    paths = [output["path"] for output in summary["outputs"]]
    _same_in_spark(spark, paths)
    name = {"none": "UNCOMPRESSED", "lz4_raw": "LZ4"}.get(codec, codec.partition(":")[0].upper())
    group = pq.ParquetFile(paths[0]).metadata.row_group(0)
    assert {group.column(i).compression for i in range(group.num_columns)} == {name}


@pytest.fixture(scope="module")
def metadata(tmp_path_factory):
    """(path, footer) of a file with several row groups."""
    folder = tmp_path_factory.mktemp("metadata")
    (folder / "in.ndjson").write_bytes(ROWS)
    summary = convert([folder / "in.ndjson"], folder / "out", "--row-group-rows", 25_000)
    path = summary["outputs"][0]["path"]
    return path, pq.ParquetFile(path).metadata


def chunks(footer):
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        for column in range(group.num_columns):
            yield group.column(column)


def test_row_groups(metadata):
    path, footer = metadata
    assert footer.num_row_groups >= 2
    assert all(footer.row_group(i).num_rows <= 25_000 for i in range(footer.num_row_groups))
    assert footer.num_rows == 60_000
    assert footer.serialized_size < os.path.getsize(path)


def test_page_index_everywhere(metadata):
    assert all(chunk.has_column_index and chunk.has_offset_index for chunk in chunks(metadata[1]))


def test_encodings(metadata):
    """Dictionary and PLAIN pages, RLE levels; nothing newer by default, no bloom filters."""
    for chunk in chunks(metadata[1]):
        assert set(chunk.encodings) <= {"PLAIN", "RLE", "RLE_DICTIONARY"}
        assert getattr(chunk, "bloom_filter_offset", None) is None
        assert chunk.has_dictionary_page == ("RLE_DICTIONARY" in chunk.encodings)
    low = [chunk for chunk in chunks(metadata[1]) if chunk.path_in_schema == "low"]
    assert all("RLE_DICTIONARY" in chunk.encodings for chunk in low)


def _values(table, path):
    column = table["st"].combine_chunks().field("x") if path == "st.x" else table[path]
    return [value for value in column.to_pylist() if value is not None]


def test_statistics(metadata):
    """Null counts and bounds are those of the values; only long strings' bounds are cut."""
    file = pq.ParquetFile(metadata[0])
    for number in range(file.num_row_groups):
        table = file.read_row_group(number)
        group = file.metadata.row_group(number)
        for chunk in map(group.column, range(group.num_columns)):
            if chunk.path_in_schema == "l.list.element":
                continue
            found = chunk.statistics
            values = _values(table, chunk.path_in_schema)
            assert found.has_min_max and found.null_count == table.num_rows - len(values)
            if chunk.path_in_schema == "long":
                assert found.min <= min(values) and found.max >= max(values)
                assert max(len(found.min.encode()), len(found.max.encode())) <= 64
            else:
                assert (found.min, found.max) == (min(values), max(values))


def test_exactness_and_encoding_statistics(metadata):
    """Through DuckDB, which shows what pyarrow does not."""
    rows = duckdb.execute(
        "SELECT path_in_schema, min_is_exact, max_is_exact, encoding_stats "
        "FROM parquet_metadata($1)", [metadata[0]]).fetchall()
    assert len(rows) == sum(1 for _ in chunks(metadata[1]))
    for path, min_exact, max_exact, encoding_stats in rows:
        assert (min_exact, max_exact) == ((False, False) if path == "long" else (True, True))
        assert encoding_stats


def test_page_checksums(metadata, tmp_path):
    """pyarrow verifies the CRC of every page; a flipped bit is noticed in any chunk."""
    path, footer = metadata
    assert read_pyarrow(path).num_rows == 60_000
    data = open(path, "rb").read()
    for chunk in chunks(footer):
        first = chunk.dictionary_page_offset or chunk.data_page_offset
        damaged = bytearray(data)
        damaged[first + chunk.total_compressed_size - 3] ^= 1
        broken = tmp_path / "broken.parquet"
        broken.write_bytes(damaged)
        with pytest.raises(OSError):
            read_pyarrow(broken)


def test_schema_elements(metadata):
    """Three-level lists, INT64 micros adjusted to UTC, no unsigned, no INT96."""
    schema = pq.ParquetFile(metadata[0]).schema
    leaves = {schema.column(i).path: schema.column(i) for i in range(len(schema))}
    assert set(leaves) == {"i", "low", "s", "f", "t", "l.list.element", "long", "st.x"}
    assert leaves["t"].physical_type == "INT64"
    logical = json.loads(leaves["t"].logical_type.to_json())
    assert (logical["isAdjustedToUTC"], logical["timeUnit"]) == (True, "microseconds")
    assert leaves["s"].logical_type.type == "STRING"
    assert leaves["i"].logical_type.type == "NONE"
    assert {leaf.max_definition_level for path, leaf in leaves.items() if "." not in path} == {1}
    assert (leaves["l.list.element"].max_definition_level,
            leaves["l.list.element"].max_repetition_level) == (3, 1)


def test_pages_can_be_skipped(metadata):
    """A filter that the page index answers reads the right rows."""
    table = pq.read_table(metadata[0], filters=[("i", ">=", 31_000), ("i", "<", 31_005)])
    assert table["i"].to_pylist() == list(range(31_000, 31_005))
    assert canonical(table["f"]).equals(canonical(pa.chunked_array(
        [[i / 7 for i in range(31_000, 31_005)]])))


def test_footer_names_writer_and_sources(tmp_path):
    source = tmp_path / "in.ndjson"
    source.write_bytes(ROWS[:1000].rpartition(b"\n")[0])
    summary = convert([source], tmp_path / "out", "--batch", "batch-0001")
    footer = pq.ParquetFile(summary["outputs"][0]["path"]).metadata
    assert footer.created_by.startswith("varve ")
    values = {key.decode(): value.decode() for key, value in footer.metadata.items()}
    lines = summary["lines"]
    assert json.loads(values["varve.sources"]) == [
        {"source": str(source), "first_line": 1, "last_line": lines}]
    assert values["varve.batch"] == "batch-0001"
    assert values["varve.schema_fingerprint"]
    assert "varve.name_mapping" not in values
