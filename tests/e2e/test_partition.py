"""--partition column:NAME: every row in its partition, in input order, its origin kept."""

import gzip
import json
import os
import pathlib
import signal
import subprocess

import duckdb
import pyarrow.parquet as pq
import pytest
from conftest import BINARY, convert
from oracle.oracle import Settings, check, quarantine_records
from test_limits import run_measured

MIB = 1 << 20


def row(number, partitions, pad=20):
    return json.dumps({"n": number, "p": f"v{number * 7919 % partitions}", "s": "x" * pad})


def write(path, lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def rows_by_place(summary, root, columns=None):
    """{partition directory: its rows, in the order of files and rows}."""
    places = {}
    for entry in summary["outputs"]:
        place = os.path.relpath(os.path.dirname(entry["path"]), root)
        places.setdefault(place, []).extend(pq.ParquetFile(entry["path"]).read(columns).to_pylist())
    return places


def tree(root):
    """{relative path: bytes} of every file below."""
    return {str(path.relative_to(root)): path.read_bytes()
            for path in pathlib.Path(root).rglob("*") if path.is_file()}


def test_rows_are_in_their_partitions_in_order(tmp_path):
    sources = [write(tmp_path / f"{name}.ndjson",
                     (row(start + i, 40) for i in range(20_000)))
               for name, start in (("a", 0), ("b", 20_000))]
    output = tmp_path / "out"
    summary = convert(sources, output, "--partition", "column:p")
    places = rows_by_place(summary, output)
    assert len(places) == 40
    for place, rows in places.items():
        assert {f"p={each['p']}" for each in rows} == {place}
        numbers = [each["n"] for each in rows]
        assert numbers == sorted(numbers)
    assert sorted(each["n"] for rows in places.values() for each in rows) == list(range(40_000))
    counted = duckdb.sql(f"select count(*), count(distinct n), count(distinct p) from "
                         f"read_parquet('{output}/**/*.parquet', hive_partitioning=true)")
    assert counted.fetchall() == [(40_000, 40_000, 40)]


def test_output_does_not_depend_on_threads_or_memory(tmp_path):
    """Late keys and widened types make it read twice; several segments in one partition."""
    lines = [row(i, 3, pad=150) for i in range(200_000)]
    lines[150_000] = '{"p":"v1","n":0.5,"late":true}'
    source = write(tmp_path / "in.ndjson", lines)
    trees = []
    for threads, memory in ((1, "1GiB"), (2, "1GiB"), (2, "64MiB")):
        output = tmp_path / f"out{threads}{memory}"
        convert([source], output, "--partition", "column:p", "--threads", threads,
                "--memory", memory, "--source-column")
        trees.append(tree(output))
    assert trees[0] == trees[1] == trees[2]


@pytest.mark.parametrize("extra", [[], ["--source-column"]])
def test_bad_lines_and_origins_are_those_of_the_inputs(tmp_path, extra):
    """Bad, blank and oversized lines, a byte order mark, gzip, no last newline."""
    first = ['{"p":"a","n":1}', "", '{"p":"b","n":', '{"p":"a","n":2}', "[1]", '{"p":"b","n":3}',
             "\x1f\x8b", '{"p":"a","n":4', "   ", '{"p":"a","p":"b"}', '{"n":5}', "\ufeff{}",
             '{"p":"b","n":"' + "x" * 3000 + '"}', '{"p":"b","n":6}']
    second = ['{"p":"b","n":7}', '{"p":"b",,}', '{"p":"a","n":8}']
    one = tmp_path / "one.ndjson"
    one.write_bytes(b"\xef\xbb\xbf" + "\n".join(first).encode())
    two = tmp_path / "two.ndjson.gz"
    two.write_bytes(gzip.compress("\r\n".join(second).encode()))
    output = tmp_path / "out"
    plain = convert([one, two], tmp_path / "plain", "--max-line-bytes", "2KiB", *extra)
    summary = convert([one, two], output, "--max-line-bytes", "2KiB", "--partition", "column:p",
                      *extra)
    for name in ("lines", "rows", "quarantined", "blank", "bytes_in", "files", "files_failed"):
        assert summary[name] == plain[name], name

    def places_of_bad_lines(run):
        return sorted((bad["file"], bad["line"], bad["offset"], bad["code"])
                      for bad in quarantine_records(run["quarantine"]))

    assert places_of_bad_lines(summary) == places_of_bad_lines(plain)
    places = rows_by_place(summary, output)
    assert [each["n"] for each in places["p=a"]] == [1, 2, 8]
    assert [each["n"] for each in places["p=b"]] == [3, 6, 7]
    if extra:
        assert [(os.path.basename(each["_source"]), each["_line"]) for each in places["p=b"]] == [
            ("one.ndjson", 6), ("one.ndjson", 14), ("two.ndjson.gz", 1)]
    metadata = pq.ParquetFile(output / "p=b/part-00000.snappy.parquet").metadata.metadata
    ranges = [(os.path.basename(each["source"]), each["first_line"], each["last_line"])
              for each in json.loads(metadata[b"varve.sources"])]
    assert ranges == [("one.ndjson", 3, 14), ("two.ndjson.gz", 1, 2)]


def test_a_failed_file_contributes_nothing(tmp_path):
    """Corrupt in the middle, or with too many bad lines: routed again without it."""
    good = write(tmp_path / "a.ndjson", (row(i, 5) for i in range(100)))
    packed = gzip.compress("".join(row(i, 7) + "\n" for i in range(50_000)).encode())
    corrupt = tmp_path / "b.ndjson.gz"
    corrupt.write_bytes(packed[:-200] + bytes(100) + packed[-100:])
    bad = write(tmp_path / "c.ndjson", ['{"p":"new"}', "{", "{"])
    last = write(tmp_path / "d.ndjson", (row(i, 5) for i in range(100, 200)))
    output = tmp_path / "out"
    summary = convert([good, corrupt, bad, last], output, "--partition", "column:p",
                      "--max-errors", "1", "--source-column")
    assert (summary["files"], summary["files_failed"]) == (2, 2)
    assert (summary["lines"], summary["rows"]) == (200, 200)
    assert summary["bytes_in"] == good.stat().st_size + last.stat().st_size
    assert {error["file"] for error in summary["errors"]} == {str(corrupt), str(bad)}
    settings = Settings(partition_of=lambda _, values: f"p={values['p']}", root=str(output),
                        source_column=True)
    assert check([good, last], summary, settings) == []
    metadata = pq.ParquetFile(summary["outputs"][0]["path"]).metadata.metadata
    assert {each["source"] for each in json.loads(metadata[b"varve.sources"])} == {
        str(good), str(last)}


def test_from_stdin(tmp_path):
    lines = "".join(row(i, 5) + "\n" for i in range(1000)) + '{"p":"v1","n":0.5}\n'
    summary = convert(["-"], tmp_path / "out", "--partition", "column:p", stdin=lines.encode())
    assert (summary["rows"], len(summary["outputs"])) == (1001, 5)


def test_dry_run_leaves_nothing(tmp_path):
    source = write(tmp_path / "in.ndjson", (row(i, 5) for i in range(1000)))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    summary = convert([source], tmp_path / "out", "--partition", "column:p", "--dry-run",
                      env={"TMPDIR": str(temporary)})
    assert (summary["rows"], len(summary["outputs"])) == (1000, 5)
    assert {path.name for path in tmp_path.iterdir()} == {"in.ndjson", "tmp"}
    assert not list(temporary.iterdir())


def test_a_thousand_partitions_in_little_memory(tmp_path):
    """The input is far larger than what may be buffered."""
    def write_rows(pipe):
        for start in range(0, 1_000_000, 10_000):
            pipe.write("".join(f'{{"n":{i},"p":"v{i * 7919 % 1000}","s":"{i:0200d}"}}\n'
                               for i in range(start, start + 10_000)).encode())

    output = tmp_path / "out"
    code, summary, peak = run_measured(
        tmp_path, ["convert", "-", "-o", output, "--partition", "column:p", "--memory", "256MiB"],
        write_rows)
    assert code == 0
    assert peak < 256 * MIB
    assert (summary["rows"], len(summary["outputs"])) == (1_000_000, 1000)
    for rows in rows_by_place(summary, output, ["n"]).values():
        numbers = [each["n"] for each in rows]
        assert len(numbers) == 1000
        assert numbers == sorted(numbers) and len({number * 7919 % 1000 for number in numbers}) == 1


def test_fifty_thousand_partitions(tmp_path):
    source = write(tmp_path / "in.ndjson", (f'{{"p":{i % 50_000},"n":{i}}}' for i in range(100_000)))
    output = tmp_path / "out"
    summary = convert([source], output, "--partition", "column:p", "--memory", "256MiB")
    assert (summary["rows"], len(summary["outputs"])) == (100_000, 50_000)
    for entry in summary["outputs"][::997]:
        value = int(os.path.basename(os.path.dirname(entry["path"])).split("=")[1])
        assert pq.ParquetFile(entry["path"]).read()["n"].to_pylist() == [value, value + 50_000]


@pytest.mark.parametrize("existed", [False, True])
def test_an_interrupt_leaves_nothing(tmp_path, existed):
    """While lines are being routed: standard input stays open, so it cannot be done."""
    output = tmp_path / "out"
    if existed:
        output.mkdir()
    process = subprocess.Popen([BINARY, "convert", "-", "-o", output, "--partition", "column:p"],
                               stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdin.write("".join(row(i, 500, pad=3000) + "\n" for i in range(20_000)).encode())
    process.stdin.flush()
    while not list(tmp_path.rglob(".varve-spill-*")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    process.stdin.close()
    assert [path.name for path in tmp_path.rglob("*")] == (["out"] if existed else [])
