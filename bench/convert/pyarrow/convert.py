"""NDJSON to Parquet with pyarrow: the whole table at once, or block by block."""

import pathlib
import sys

import pyarrow
import pyarrow.json
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def convert(source, destination, threads, settings):
    pyarrow.set_cpu_count(threads)
    options = pyarrow.json.ReadOptions(
        use_threads=threads > 1, block_size=settings.get("block_mib", 1) << 20
    )
    if not settings.get("streaming"):
        table = pyarrow.json.read_json(source, read_options=options)
        pyarrow.parquet.write_table(table, destination, compression="snappy")
        return
    with pyarrow.json.open_json(source, read_options=options) as reader:
        with pyarrow.parquet.ParquetWriter(
            destination, reader.schema, compression="snappy"
        ) as writer:
            for batch in reader:
                writer.write_batch(batch)


if __name__ == "__main__":
    rival.main(convert)
