"""docs/benchmarks/pipeline.md out of pipeline.json."""

TARGET_FILES_PER_S = 1000
TARGET_P99_MS = 1000

HEAD = """# Pipeline under load

`varve run` on many small files: 1 to 100 KB of NDJSON, 21 KB on average, log-uniform. `bench/pipeline/run`
measures everything on this page and writes it. Processors, disk and page cache are those of one machine,
on which the producer of the files runs too.
"""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def ms(value):
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"


def verdict(holds):
    return "met" if holds else "**missed**"


def of_machine(results):
    machine, build = results["machine"], results["build"]
    return (f"\n{machine['cpu']}, {machine['cores']} processors, {machine['memory_gb']} GB, "
            f"{machine['date']}; varve {build['version']} ({build['commit']}), {build['compiler']}, "
            f"{build['simd']} kernels.\n")


def of_backlog(results):
    run = results["backlog"]
    rows = [["varve run --once", f"{run['files']:,}", f"{run['seconds']:.1f} s",
             f"{run['files_per_s']:,.0f}", f"{run['bytes_in'] / run['seconds'] / 1e6:.0f} MB/s",
             f"{run['cpu_seconds'] / run['files'] * 1e6:.0f} µs", f"{run['memory_mb']:.0f} MB"]]
    if "spark" in results:
        spark = results["spark"]["backlog"]
        rows.append([f"Spark {results['spark']['version']} Structured Streaming, `availableNow`",
                     f"{spark['files']:,}", f"{spark['seconds']:.1f} s",
                     f"{spark['files'] / spark['seconds']:,.0f}",
                     f"{spark['bytes_in'] / spark['seconds'] / 1e6:.0f} MB/s", "", ""])
    met = verdict(run["files_per_s"] >= TARGET_FILES_PER_S)
    return ("## A backlog\n\n"
            "All files are there before it starts; every one is tracked, claimed, converted, committed "
            "and accounted for.\n\n"
            + table(["", "files", "time", "files/s", "input", "CPU per file", "peak memory"], rows)
            + f"\nAt least {TARGET_FILES_PER_S:,} files/s sustained on two processors: {met}.\n")


def of_stream(results):
    def row(who, run):
        return [who, f"{run['rate']:,}/s", f"{run['files']:,}", f"{run['visible']:,}",
                ms(run["p50_ms"]), ms(run["p99_ms"]), ms(run["max_ms"])]
    rows = [row("varve", run) for run in results["stream"]]
    if "spark" in results:
        rows += [row("Spark", run) for run in results["spark"]["streams"]]
    met = verdict(max(run["p99_ms"] for run in results["stream"]) < TARGET_P99_MS)
    return ("## A steady stream\n\n"
            "Latency from the moment a file is closed until its rows are visible under their final name, "
            "with `max-wait = 0` and `min-files = 1`. The producer writes in place and closes, at an even "
            "pace.\n\n"
            + table(["", "offered", "files", "visible", "p50", "p99", "slowest"], rows)
            + f"\np99 below one second: {met}.\n")


def of_restart(results):
    run = results["restart"]
    return ("## Restart\n\n"
            f"After `kill -9` in the middle of work, with {run['tracked']:,} files tracked: it answers "
            f"`/metrics` after {ms(run['answers_ms'])}, and a file dropped then is visible after "
            f"{ms(run['new_file_ms'])}.\n")


def of_tracker(results):
    return ("## Against the size of the table\n\n"
            "`tracker_bench`: what each call of the tracking and the queue costs with so many files in the "
            "table. It should not grow.\n\n```\n" + "\n".join(results["tracker"]) + "\n```\n")


def of_commands(results):
    run = results["backlog"]
    rows = [[f"`{command}`", ms(took)] for command, took in run["commands_ms"].items()]
    return (f"Whole commands, process start included, with {run['files']:,} files tracked:\n\n"
            + table(["", "best of 5"], rows))


def of_spark(results):
    spark = results["spark"]
    return ("## How Spark was run\n\n"
            f"Spark {spark['version']} on the same processors (`local[N]`), 4 GB of driver memory, file "
            "source, Parquet file sink with Snappy, checkpoints on the same disk. It is given the schema, "
            "which varve finds out by itself, and its start "
            f"({spark['backlog']['start_seconds']:.1f} s) is not counted. Its rows count as visible when "
            "the sink's log names their micro-batch. It keeps no account of lines: a bad one becomes a row "
            "of nulls.\n")


def render(results):
    parts = [HEAD, of_machine(results)]
    for name, part in (("backlog", of_backlog), ("stream", of_stream), ("restart", of_restart),
                       ("tracker", of_tracker), ("backlog", of_commands), ("spark", of_spark)):
        if name in results:
            parts.append(part(results))
    return "\n".join(parts)
