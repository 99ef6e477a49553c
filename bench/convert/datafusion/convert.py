"""NDJSON to Parquet with DataFusion. TOKIO_WORKER_THREADS, set by the harness, limits its runtime."""

import pathlib
import sys

import datafusion

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rival


def convert(source, destination, threads, settings):
    config = datafusion.SessionConfig().with_target_partitions(threads)
    for name, value in settings.get("config", {}).items():
        config = config.set(name, str(value))
    context = datafusion.SessionContext(config)
    context.register_json(
        "source",
        source,
        file_extension=".ndjson",
        schema_infer_max_records=settings.get("schema_infer_max_records", 1000),
    )
    context.sql(
        f"COPY (SELECT * FROM source) TO '{destination}' STORED AS PARQUET "
        "OPTIONS ('format.compression' 'snappy')"
    ).collect()


if __name__ == "__main__":
    rival.main(convert)
