"""The file writer's sample, every type and codec, read by three independent readers.

The formulas for the values are those of src/etl/parquet/testing/sample.cc.
"""

import datetime
import decimal
import pathlib
import subprocess

import duckdb
import polars
import pyarrow.parquet as pq
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = 1000
CODECS = ["none", "snappy", "gzip", "zstd", "lz4_raw"]
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
COLUMNS = ["flag", "number", "ratio", "price", "big", "text", "long_text", "at", "local", "day",
           "json", "unknown", "object", "numbers", "map", "nested"]


def newest_generator():
    """The write_sample of the build that was made last."""
    found = list(ROOT.glob("build/*/src/etl/parquet/parquet_write_sample"))
    assert found, "build the unit tests first: make unit"
    return max(found, key=lambda path: path.stat().st_mtime)


def micros(count):
    return datetime.timedelta(microseconds=count)


def expected_row(i):
    values = [
        i % 3 == 0,
        i * 1000003 - 5,
        i * 0.5 - 100,
        decimal.Decimal(i * 12345 - 70000).scaleb(-2),
        decimal.Decimal(-i),
        f"s{i % 10}",
        "x" * 100 + str(i),
        (EPOCH + micros(1_700_000_000_000_000 + i * 1_000_001)).replace(tzinfo=UTC),
        EPOCH + micros(-1_000_000_007 * i),
        datetime.date(1970, 1, 1) + datetime.timedelta(days=19000 - i),
        f'{{"k": {i}}}',
        None,
        {"a": i, "t": None if i % 5 == 0 else f"t{i}"},
        [None if k == 1 else i + k for k in range(i % 4)],
        {f"k{k}": None if k == 1 else i / 4 for k in range(i % 3)},
        [[{"e": f"e{j}"} for j in range(k + i % 2)] for k in range(i % 3)],
    ]
    return {name: None if (i + c) % 7 == 3 else value
            for c, (name, value) in enumerate(zip(COLUMNS, values))}


EXPECTED = [expected_row(i) for i in range(ROWS)]


def as_dict(entries):
    return None if entries is None else dict(entries)


@pytest.fixture(scope="module", params=[(codec, mode) for codec in CODECS
                                        for mode in ("dictionary", "plain")],
                ids=lambda param: "-".join(param))
def sample(request, tmp_path_factory):
    codec, mode = request.param
    path = tmp_path_factory.mktemp("sample") / "sample.parquet"
    subprocess.run([newest_generator(), codec, path, mode], check=True)
    return path


def test_only_the_finished_file_remains(sample):
    assert [entry.name for entry in sample.parent.iterdir()] == ["sample.parquet"]


def test_pyarrow_reads_every_value_and_checksum(sample):
    table = pq.ParquetFile(sample, page_checksum_verification=True).read()
    rows = table.to_pylist()
    for row in rows:
        row["map"] = as_dict(row["map"])
    assert rows == EXPECTED


def test_duckdb_reads_every_value(sample):
    # The instant as a number, because DuckDB hands out zoned times only where pytz is installed.
    query = f"""SELECT * REPLACE (epoch_us("at") AS "at") FROM read_parquet('{sample}')"""
    result = duckdb.execute(query)
    types = {column[0]: str(column[1]) for column in result.description}
    assert (types["json"], types["price"]) == ("JSON", "DECIMAL(20,2)")
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row)) for row in result.fetchall()]
    for row in rows:
        if row["at"] is not None:
            row["at"] = (EPOCH + micros(row["at"])).replace(tzinfo=UTC)
    assert rows == EXPECTED


def test_polars_reads_every_value(sample):
    rows = polars.read_parquet(sample).to_dicts()
    for row in rows:
        if isinstance(row["json"], bytes):  # Polars has no JSON type
            row["json"] = row["json"].decode()
        if row["map"] is not None and not isinstance(row["map"], dict):
            row["map"] = {entry["key"]: entry["value"] for entry in row["map"]}
    assert rows == EXPECTED


def leaf_values(name, rows):
    """Every non-null value of a flat column."""
    return [row[name] for row in rows if row[name] is not None]


def test_footer_says_what_the_pages_hold(sample):
    metadata = pq.ParquetFile(sample).metadata
    assert metadata.created_by.startswith("varve version ")
    assert metadata.metadata[b"sample"] == b"1,000 rows"
    assert metadata.format_version == "2.6"
    begin = 0
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        rows = EXPECTED[begin:begin + group.num_rows]
        begin += group.num_rows
        for c in range(group.num_columns):
            column = group.column(c)
            name = column.path_in_schema
            assert column.has_offset_index and column.has_column_index
            if name not in COLUMNS:
                continue
            values = leaf_values(name, rows)
            assert column.num_values == group.num_rows
            assert column.statistics.null_count == group.num_rows - len(values)
            if name in ("json", "long_text", "unknown"):
                continue
            assert column.statistics.min == min(values), name
            assert column.statistics.max == max(values), name
    assert begin == ROWS


def test_statistics_are_truncated_and_rounded_up(sample):
    column = pq.ParquetFile(sample).metadata.row_group(0).column(COLUMNS.index("long_text"))
    statistics = column.statistics
    assert column.path_in_schema == "long_text"
    assert (statistics.min_raw, statistics.max_raw) == (b"x" * 64, b"x" * 63 + b"y")


def test_readers_may_skip_by_statistics(sample):
    """A filter must give the same rows with row groups and pages skipped as without."""
    wanted = [row["number"] for row in EXPECTED
              if row["number"] is not None and row["number"] >= 700_000_000]
    table = pq.read_table(sample, filters=[("number", ">=", 700_000_000)], columns=["number"])
    assert table.column("number").to_pylist() == wanted
    query = f"SELECT number FROM read_parquet('{sample}') WHERE number >= 700000000"
    assert [row[0] for row in duckdb.sql(query).fetchall()] == wanted
    frame = polars.scan_parquet(sample).filter(polars.col("number") >= 700_000_000)
    assert frame.select("number").collect()["number"].to_list() == wanted


def test_same_input_gives_the_same_bytes(sample, tmp_path):
    codec = pq.ParquetFile(sample).metadata.row_group(0).column(0).compression
    name = {"UNCOMPRESSED": "none", "LZ4": "lz4_raw"}.get(codec, codec.lower())
    dictionary = pq.ParquetFile(sample).metadata.row_group(0).column(5).has_dictionary_page
    again = tmp_path / "again.parquet"
    mode = "dictionary" if dictionary else "plain"
    subprocess.run([newest_generator(), name, again, mode], check=True)
    assert again.read_bytes() == sample.read_bytes()
