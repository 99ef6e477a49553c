"""The engine for clusters where no native code may run: Python parses, Spark's own writer writes.

The first round judges and observes (judge.py), the second writes rows by the agreed schema: the
same values as the native engine, in files of another layout. docs/spark.md says what else differs.
"""

import json
import os
import tempfile
from dataclasses import dataclass

from pyspark.sql import functions, types

from varve_spark.accept import Rejected, parse_line
from varve_spark.columns import Mismatch, make_columns
from varve_spark.judge import given_schema, judge_task
from varve_spark.lines import read_lines
from varve_spark.native_engine import fetch_parts
from varve_spark.schema import make_schema
from varve_spark.source_text import find
from varve_spark.xxh3 import hash_file

_CODECS = {"snappy": ("snappy", ".snappy"), "zstd": ("zstd", ".zstd"), "gzip": ("gzip", ".gz"),
           "lz4_raw": ("lz4_raw", ".lz4raw"), "none": ("uncompressed", "")}
_WRITER = {"spark.sql.session.timeZone": "UTC",
           "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
           "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
           "spark.sql.files.maxRecordsPerFile": "0"}
_SOURCE_COLUMNS = {"_source": types.StringType(), "_line": types.LongType()}


def check_supported(job):
    convert = job.convert
    if convert.get("mode", "evolve") == "rescue" or convert.get("cast"):
        raise ValueError("--engine spark knows neither mode rescue nor casts; use --engine native")
    if convert.get("partition", "filename-date").startswith("column:"):
        raise ValueError("--engine spark does not partition by column; use --engine native")


def _source_columns(job):
    return _SOURCE_COLUMNS if job.convert.get("source-column", "false") == "true" else {}


def _rows(job, part, told, convert, plan):
    """Rows of one file. Lines that went to quarantine in the first round are passed over."""
    ignored = Rejected if job.evolves else (Rejected, Mismatch)
    with_source = bool(_source_columns(job))
    for number, _, raw in read_lines(told["path"], told["name"], part.span):
        try:
            line = parse_line(raw)
            if line is None:
                continue
            text, row = line
            made = convert(row, find(text, plan) if plan else None)
        except ignored:
            continue
        yield made + (told["name"], number) if with_source else made


def rows_of_task(job, task, schema, observed):
    """Runs on an executor: the task's rows as tuples, in order."""
    _, convert, plan = make_columns(schema, observed)
    with tempfile.TemporaryDirectory(prefix="varve-") as folder:
        fetched, gone = fetch_parts(job, task, folder)
        if gone:
            raise RuntimeError(f"{len(gone)} files went while they were converted")
        for part, told in fetched:
            yield from _rows(job, part, told, convert, plan)


def _codec(job):
    """(Spark's name of it, part of file names)."""
    return _CODECS[job.convert.get("compression", "snappy").partition(":")[0]]


def _part_name(job, task):
    folder = ""
    if job.convert.get("partition", "filename-date") == "filename-date":
        year, month, day = job.files[task.parts[0].file].date.split("-")
        folder = f"year={year}/month={month}/day={day}/"
    return f"{folder}part-00000-{job.batch}{_codec(job)[1]}.parquet"


def adopt_file(job, task, written):
    """Runs on an executor: gives what Spark wrote the name that this task's output always has."""
    name = _part_name(job, task)
    staged = f"{job.staging}task-{task.index:05d}/{name}"
    with tempfile.TemporaryDirectory(prefix="varve-") as folder:
        path = os.path.join(folder, "file")
        job.bucket.get_file(written, path)
        hashed, size = hash_file(path)
        job.bucket.put_file(staged, path)
    return {"name": name, "bytes": size, "hash": hashed, "staged": staged}


@dataclass
class SparkEngine:
    """Converts tasks with Python and Spark alone."""

    spark: object
    job: object

    def __post_init__(self):
        check_supported(self.job)

    def convert(self, tasks, agreed=None):
        """Reports of the tasks, in their order. `agreed`: what `agree` answered; None: the first
        round."""
        if not tasks:
            return []
        if agreed is not None:
            return self._write(tasks, agreed)
        job = self.job
        return self._distribute(tasks).map(lambda task: judge_task(job, task)).collect()

    def agree(self, observed):
        """The schema of all that was observed."""
        together = given_schema(self.job)
        for part in observed:
            together.merge(part)
        schema = make_schema(together, self.job.schema, _source_columns(self.job)) \
            if self.job.evolves else self.job.schema
        return {"schema": json.dumps(schema, ensure_ascii=False), "observed": together}

    def _distribute(self, items):
        return self.spark.sparkContext.parallelize(items, len(items))

    def _write(self, tasks, agreed):
        """The second round: only what it adds to the reports of the first."""
        job, prefix = self.job, self.job.staging + "spark/"
        url = job.bucket.url(prefix, self._s3_scheme())
        self._frame(tasks, agreed).write.mode("overwrite").option(
            "compression", _codec(job)[0]).parquet(url)
        rows_of = self._count_rows(url)
        pieces = [(tasks[int(name.split("-")[1])], name) for name in job.bucket.names(prefix)
                  if name.startswith("part-")]
        adopted = self._distribute(pieces).map(
            lambda piece: adopt_file(job, piece[0], prefix + piece[1])).collect()
        return [{"task": task, "outcomes": {}, "complete": True, "schema": agreed["schema"],
                 "outputs": [{**output, "rows": rows_of.get(name, 0)}]}
                for (task, name), output in zip(pieces, adopted)]

    def _frame(self, tasks, agreed):
        """One partition a task, so that Spark writes a file for each."""
        job, schema, observed = self.job, json.loads(agreed["schema"]), agreed["observed"]
        struct, _, _ = make_columns(schema, observed)
        for name, kind in _source_columns(job).items():
            struct.add(name, kind)
        if not struct.fields:
            raise ValueError("no line has a key, and Spark writes no files without columns")
        for key, value in _WRITER.items():
            self.spark.conf.set(key, value)
        rows = self._distribute(tasks).flatMap(
            lambda task: rows_of_task(job, task, schema, observed))
        return self.spark.createDataFrame(rows, struct, verifySchema=False)

    def _count_rows(self, url):
        """Of each file, as it is in the files: what is accounted for is what can be read."""
        name = functions.substring_index(functions.input_file_name(), "/", -1)
        counted = self.spark.read.parquet(url).groupBy(name.alias("name")).count().collect()
        return {row["name"]: row["count"] for row in counted}

    def _s3_scheme(self):
        """EMR and Glue have a file system of their own for s3://, others Hadoop's for s3a://."""
        known = self.spark.sparkContext._jsc.hadoopConfiguration().get("fs.s3.impl")
        return "s3" if known else "s3a"
