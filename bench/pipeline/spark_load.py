"""The same files through Spark Structured Streaming's file source, on the same cores.

It is told the schema, which varve finds out, and is tuned for small local files: as fast as it goes.
Snappy, partitioned by date, checkpointed: a file sink as in the manual.
"""

import pathlib
import shutil
import threading
import time

import make_files
from varve_load import quantile

SCHEMA = ("id STRING, ts TIMESTAMP, type STRING, user STRUCT<id: BIGINT, country: STRING>, "
          "ms DOUBLE, ok BOOLEAN, path STRING, tags ARRAY<STRING>")


class Spark:
    def __init__(self, folder, cores):
        from pyspark.sql import SparkSession
        self.folder, self.cores = folder, cores
        started = time.monotonic()
        self.session = (SparkSession.builder.master(f"local[{cores}]")
                        .config("spark.ui.enabled", "false")
                        .config("spark.ui.showConsoleProgress", "false")
                        # Small local files: listed by the driver, many to a task.
                        .config("spark.sql.sources.parallelPartitionDiscovery.threshold", 10**6)
                        .config("spark.sql.files.openCostInBytes", 64 << 10)
                        .config("spark.driver.memory", "4g")
                        .config("spark.sql.session.timeZone", "UTC")
                        .config("spark.sql.shuffle.partitions", cores)
                        .config("spark.sql.streaming.metricsEnabled", "false").getOrCreate())
        self.session.sparkContext.setLogLevel("ERROR")
        self.start_seconds = time.monotonic() - started

    def query(self, source, files_max, **trigger):
        from pyspark.sql import functions as f
        for name in ("spark-out", "spark-checkpoint"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        rows = (self.session.readStream.schema(SCHEMA).option("maxFilesPerTrigger", files_max)
                .option("recursiveFileLookup", "true").json(str(source)))
        dated = rows.withColumn("day", f.lit("2025-01-17"))
        return (dated.writeStream.format("parquet").partitionBy("day")
                .option("path", str(self.folder / "spark-out"))
                .option("checkpointLocation", str(self.folder / "spark-checkpoint"))
                .trigger(**trigger).start())

    def backlog(self, source, files_max):
        """Everything that is there, in as many micro-batches as it takes; without Spark's start."""
        started = time.monotonic()
        query = self.query(source, files_max, availableNow=True)
        query.awaitTermination()
        seconds = time.monotonic() - started
        progress = query.recentProgress
        rows = self.session.read.parquet(str(self.folder / "spark-out")).count()
        return {"seconds": seconds, "lines": rows, "batches": len(progress),
                "start_seconds": self.start_seconds}

    def stream(self, rate, seconds):
        """Latency from closed to committed: a file sink's rows are there once its log names them."""
        source = self.folder / "spark-in"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir()
        count = int(rate * seconds)
        contents = list(make_files.contents(count, seed=2))
        query = self.query(source, 1000, processingTime="0 seconds")
        while not query.status["message"].startswith("Waiting"):
            time.sleep(0.05)
        closed, commits, closing = [], {}, threading.Event()
        log = pathlib.Path(self.folder / "spark-out/_spark_metadata")

        def watch():
            while not closing.is_set():
                for path in log.glob("[0-9]*") if log.is_dir() else ():
                    if not path.name.endswith(".tmp"):
                        commits.setdefault(path.name.split(".")[0], time.time())
                time.sleep(0.01)

        watcher = threading.Thread(target=watch)
        watcher.start()
        began = time.monotonic()
        for number, content in enumerate(contents):
            ahead = began + number / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            hidden = source / f".{number}"
            hidden.write_bytes(content)
            hidden.rename(source / f"{number:07}.ndjson")
            closed.append(time.time())
        query.processAllAvailable()
        finished = time.monotonic() - began
        closing.set()
        watcher.join()
        query.stop()
        latencies = self.latencies(closed, commits)
        return {"rate": rate, "files": count, "seconds": finished, "visible": len(latencies),
                "p50_ms": 1000 * quantile(latencies, 0.5),
                "p99_ms": 1000 * quantile(latencies, 0.99), "max_ms": 1000 * max(latencies)}

    def latencies(self, closed, commits):
        """The source's log says which file went into which micro-batch."""
        import json
        latencies, seen = [], set()
        for path in sorted((self.folder / "spark-checkpoint/sources/0").glob("[0-9]*")):
            for line in path.read_text().splitlines()[1:]:
                entry = json.loads(line)
                number = int(entry["path"].rsplit("/", 1)[1].split(".")[0])
                at = commits.get(str(entry["batchId"]))
                if at is not None and number not in seen:
                    seen.add(number)
                    latencies.append(at - closed[number])
        return latencies

    def stop(self):
        self.session.stop()
