"""A batch as the pipeline would hand it to Spark, and what came of it."""

import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
from conftest import BINARY, run_varve
from oracle.arrays import canonical

BATCH = "2025-01-17-batch-0001"
STAGING = "_varve/staging/orders/2025-01-17/batch-0001/job-1-1/"
CONVERT = {"partition": "filename-date", "compression": "snappy", "mode": "evolve",
           "timestamps": "auto", "source-column": "false", "max-errors": ""}


def lines(*rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


class Batch:
    """Files in a directory that stands for the input bucket; the lake stands for the output's."""

    def __init__(self, root, convert=None, schema=None, pinned=False):
        self.inputs, self.lake = root / "in", root / "lake"
        self.inputs.mkdir(parents=True)
        self.files = []
        self.document = root / "job.json"
        self._convert = {**CONVERT, **(convert or {})}
        self._schema, self._pinned = schema, pinned

    def add(self, name, data, compression="none"):
        path = self.inputs / name
        path.write_bytes(data)
        stat = path.stat()
        self.files.append({
            "bucket": str(self.inputs), "key": name, "size_bytes": stat.st_size,
            "version": f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}",
            "compression": compression, "partition_date": name[:10]})
        return path

    def ref(self, name):
        file = next(file for file in self.files if file["key"] == name)
        return [file["bucket"], file["key"], file["version"]]

    def write(self):
        manifest = {"varve_manifest": 1, "pipeline": "orders", "batch": "2025-01-17/batch-0001",
                    "created": "2025-01-20T09:30:00.123456Z", "schema_version": 0,
                    "output_prefix": "lake/", "files": self.files}
        self.document.write_text(json.dumps({
            "version": 1, "job": STAGING.removeprefix("_varve/staging/")[:-1],
            "manifest": manifest, "schema": self._schema, "pinned": self._pinned,
            "convert": self._convert, "output": f"{self.lake}/lake/",
            "staging": f"{self.lake}/{STAGING}"}))

    def run(self, spark, *arguments):
        """The result of varve_job.py, which must also be what it wrote."""
        import varve_job
        self.write()
        result = varve_job.run(spark, varve_job.parse_arguments(
            ["--document", str(self.document), "--varve", str(BINARY), *map(str, arguments)]))
        assert json.loads((self.lake / STAGING / "result.json").read_text()) == result
        return result

    def outcome(self, result, name):
        return next(each for each in result["outcomes"] if each["file"] == self.ref(name))

    def published(self, result, where):
        """What is staged under its final names, as the commit moves it; checks names and hashes."""
        from varve_spark.xxh3 import hash_file
        for output in result["outputs"]:
            staged = self.lake / output["staged"]
            assert output["staged"].startswith(STAGING)
            assert hash_file(staged) == (output["hash"], output["bytes"])
            final = where / output["final"].removeprefix("lake/")
            final.parent.mkdir(parents=True, exist_ok=True)
            assert not final.exists(), "two outputs of one name"
            shutil.copyfile(staged, final)
        return where

    def on_one_machine(self, where, *names, flags=()):
        """What `varve convert` makes of these files, from where they have the same names."""
        before = os.getcwd()
        os.chdir(self.inputs)
        try:
            run = run_varve("convert", *names, "-o", where, "--batch", BATCH, "--json",
                            "--partition", "filename-date", *flags)
        finally:
            os.chdir(before)
        assert run.code in (0, 3), run.stderr
        return run.summary


def tables(folder):
    """{partition: its rows as one table}, parts in the order of their numbers."""
    partitions = {}
    for path in sorted(folder.rglob("*.parquet")):
        place = str(path.parent.relative_to(folder))
        partitions.setdefault(place, []).append(
            pq.ParquetFile(path, arrow_extensions_enabled=False).read())
    return {place: pa.concat_tables(found) for place, found in partitions.items()}


def assert_same_rows(one, other):
    """Both folders hold the same partitions, and those the same columns and values in order."""
    ours, theirs = tables(one), tables(other)
    assert ours.keys() == theirs.keys()
    for place, table in ours.items():
        assert table.column_names == theirs[place].column_names
        for name in table.column_names:
            left, right = canonical(table.column(name)), canonical(theirs[place].column(name))
            assert left.type == right.type, name
            assert left.equals(right), f"{place} {name}: {left.to_pylist()} {right.to_pylist()}"


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}
