"""The same Parquet files through three independent readers, as Arrow tables."""

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq


def read_pyarrow(path):
    return pq.ParquetFile(path, page_checksum_verification=True).read()


def read_duckdb(path):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 2")
        query = "SELECT * FROM read_parquet($1, hive_partitioning = false)"
        return connection.sql(query, params=[path]).to_arrow_table()


def read_polars(path):
    return pl.read_parquet(path, hive_partitioning=False, glob=False).to_arrow()


READERS = {"pyarrow": read_pyarrow, "duckdb": read_duckdb, "polars": read_polars}


def read_all(paths, read):
    """Files of one schema, in order, as one table."""
    return pa.concat_tables([read(str(path)) for path in paths])
