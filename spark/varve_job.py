#!/usr/bin/env python3
"""Converts one batch of the varve pipeline on Spark: AWS Glue, EMR, Databricks, Kubernetes.

usage: varve_job.py --document s3://…/job.json|PATH [--engine native|spark] [--varve PATH]

The job document says what to do; result.json beside it, written last, what was done. Both are
described in docs/internals/aws.md, how to run this in docs/spark.md.
"""

import argparse

from pyspark.sql import SparkSession

from varve_spark.document import read_job
from varve_spark.job import run_job
from varve_spark.native_engine import NativeEngine
from varve_spark.ship import ship_binary, ship_package
from varve_spark.spark_engine import SparkEngine

TASK_BYTES = 128 << 20


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0],
                                     allow_abbrev=False)
    parser.add_argument("--document", required=True, help="s3://bucket/…/job.json, or a path")
    parser.add_argument("--engine", choices=["native", "spark"], default="native",
                        help="native: executors run varve's own engine; spark: Python parses, "
                             "Spark writes, for clusters where no native code may run")
    parser.add_argument("--varve", default="varve.tar.gz",
                        help="where the driver finds the binary, or the archive that "
                             "spark/bundle.sh makes of it [varve.tar.gz]")
    parser.add_argument("--task-bytes", type=int, default=TASK_BYTES,
                        help="stored bytes that one task converts; part of what determines the "
                             f"output files [{TASK_BYTES}]")
    known, _ = parser.parse_known_args(arguments)  # Glue adds arguments of its own
    return known


def run(spark, arguments):
    """The result, which is also written. Raises when the job as a whole failed: nothing is then."""
    ship_package(spark)
    job = read_job(arguments.document)
    if arguments.engine == "native":
        engine = NativeEngine(spark, job, ship_binary(spark, arguments.varve))
    else:
        engine = SparkEngine(spark, job)
    return run_job(job, engine, arguments.task_bytes)


def main():
    arguments = parse_arguments()
    spark = SparkSession.builder.appName("varve").getOrCreate()
    result = run(spark, arguments)
    rows = sum(outcome["counts"][1] for outcome in result["outcomes"])
    failed = sum(bool(outcome["error"]) for outcome in result["outcomes"])
    print(f"varve: {rows} rows of {len(result['outcomes'])} files ({failed} failed) "
          f"in {len(result['outputs'])} outputs")


if __name__ == "__main__":
    main()
