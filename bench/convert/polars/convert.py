"""NDJSON to Parquet with Polars. POLARS_MAX_THREADS, set by the harness, limits its pool."""

import pathlib
import sys

import polars

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def convert(source, destination, threads, settings):
    sample = settings.get("infer_schema_length", 100)
    if settings.get("eager"):
        polars.read_ndjson(source, infer_schema_length=sample).write_parquet(
            destination, compression="snappy"
        )
        return
    frame = polars.scan_ndjson(
        source, infer_schema_length=sample, low_memory=settings.get("low_memory", False)
    )
    frame.sink_parquet(
        destination, compression="snappy", maintain_order=settings.get("maintain_order", True)
    )


if __name__ == "__main__":
    rival.main(convert)
