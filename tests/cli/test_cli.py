"""The command line: flags, exit codes, help, errors, settings, completions, interrupts."""

import gzip
import json
import os
import pty
import re
import shutil
import signal
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import BINARY, TIMEOUT_S, run_varve

COMMANDS = [["convert"], ["schema"], ["schema", "infer"], ["inspect"], ["completion"], ["version"],
            ["help"]]
SUMMARY_KEYS = ["files", "files_failed", "lines", "rows", "quarantined", "blank",
                "numbers_rounded", "bytes_in", "bytes_out", "seconds", "passes", "outputs",
                "quarantine", "errors"]


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    """Each test has its own working directory and no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("VARVE_") and name != "VARVE_SIMD":
            monkeypatch.delenv(name)


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.ndjson"
    path.write_text('{"id":1,"name":"a"}\n\n{"id":2,"name":"b"}\n')
    return path


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.ndjson"
    path.write_text('{"id":1}\n{"id":}\n{"id":3}\n')
    return path


def parquet_files(directory):
    return sorted(path for path in directory.rglob("*.parquet"))


def assert_usage_error(run, *texts):
    assert run.code == 2, run.stderr
    assert run.stdout == ""
    assert run.stderr.startswith("varve: error: ")
    for text in texts:
        assert text in run.stderr


# ---- help, version, completions, man page ----


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_of_every_command(command):
    run = run_varve(*command, "--help")
    assert run.code == 0 and run.stderr == ""
    assert "Usage: varve " + " ".join(command) in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= 100
    assert run_varve("help", *command).stdout == run.stdout


def test_help_of_convert_has_groups_and_examples():
    text = run_varve("convert", "--help").stdout
    for heading in ("Output:", "Schema and types:", "Resources:", "Limits:", "Reporting:",
                    "Examples:"):
        assert f"\n{heading}\n" in text


def test_examples_in_help_name_real_flags():
    for command in (["convert"], ["schema", "infer"], ["inspect"]):
        text = run_varve(*command, "--help").stdout
        options, examples = text.split("Examples:")
        for flag in re.findall(r"varve [^|#>\n]*", examples):
            for name in re.findall(r"--[a-z-]+", flag):
                known = options if flag.startswith("varve " + " ".join(command)) else \
                    run_varve("schema", "infer", "--help").stdout
                assert name in known, (command, name)


def test_version():
    short = run_varve("--version")
    assert short.code == 0
    assert re.fullmatch(r"varve \d+\.\d+\.\d+\n", short.stdout)
    assert run_varve("version").stdout.startswith(short.stdout.strip())


@pytest.mark.parametrize("shell,check", [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]),
                                         ("fish", ["fish", "--no-execute"])])
def test_completions_parse(shell, check, tmp_path):
    run = run_varve("completion", shell)
    assert run.code == 0 and "max-errors" in run.stdout
    assert "varve man" not in run.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(run.stdout)
    subprocess.run([*check, script], check=True)


@pytest.mark.parametrize("words,expected", [
    (["varve", "conv"], ["convert"]),
    (["varve", "schema", ""], ["infer", "show", "diff", "pin"]),
    (["varve", "convert", "--comp"], ["--compression"]),
    (["varve", "convert", "--mode", ""], ["evolve", "rescue", "strict"]),
    (["varve", "convert", "--mode", "=", "str"], ["strict"]),
    (["varve", "convert", "--compression", "z"], ["zstd"]),
    (["varve", "completion", "f"], ["fish"]),
    (["varve", "convert", "--output", ""], []),
])
def test_bash_completes(words, expected):
    script = run_varve("completion", "bash").stdout
    typed = " ".join(f"'{word}'" for word in words)
    script += f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _varve; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == expected


def test_fish_completes():
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = run_varve("completion", "fish").stdout
    for typed, expected in [("varve conv", "convert"), ("varve convert --mode s", "strict"),
                            ("varve schema ", "infer"), ("varve convert --compr", "--compression")]:
        done = subprocess.run(["fish", "--no-config", "-c", f"{script}\ncomplete -C '{typed}'"],
                              capture_output=True, text=True, check=True)
        assert expected in done.stdout, typed


def test_completion_needs_a_known_shell():
    assert_usage_error(run_varve("completion"), "bash, zsh or fish")
    assert_usage_error(run_varve("completion", "tcsh"), "tcsh")


def test_man_page():
    run = run_varve("man")
    assert run.code == 0
    assert run.stdout.startswith('.TH VARVE 1 "" "varve ')
    for text in (".SH SYNOPSIS", ".SH EXIT STATUS", "\\-\\-max\\-errors", "VARVE_SIMD"):
        assert text in run.stdout
    assert run.stdout == run_varve("man").stdout
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "error"], input=run.stdout,
                              capture_output=True, text=True, check=False)
        assert lint.returncode == 0, lint.stdout


# ---- usage errors ----


def test_no_command():
    assert_usage_error(run_varve(), "no command", "--help")


@pytest.mark.parametrize("arguments,texts", [
    (["convrt"], ["convrt", "did you mean convert?"]),
    (["convert", "x", "-o", "y", "--compresion", "zstd"],
     ["--compresion", "did you mean --compression?"]),
    (["convert", "x", "-o", "y", "--threds=2"], ["did you mean --threads?"]),
    (["convert", "x", "-o", "y", "--nothing-like-it"], ["unknown flag --nothing-like-it"]),
    (["convert", "good.ndjson"], ["-o DIRECTORY"]),
    (["convert", "-o", "out"], ["no input named"]),
    (["convert", "x", "-o", "y", "--memory", "1M"], ["--memory", '"1M"', "512MiB"]),
    (["convert", "x", "-o", "y", "--max-errors", "101%"], ["--max-errors", "0% to 100%"]),
    (["convert", "x", "-o", "y", "--compression", "lzo"], ["--compression", "zstd[:N]"]),
    (["convert", "x", "-o", "y", "--compression", "zstd:23"], ["from 1 to 22"]),
    (["convert", "x", "-o", "y", "--partition", "date"], ["--partition", "filename-date"]),
    (["convert", "x", "-o", "y", "--mode", "loose"], ["--mode", "evolve, rescue, strict"]),
    (["convert", "x", "-o", "y", "--cast", "a=int"], ["--cast", "int64"]),
    (["convert", "x", "-o", "y", "--rename", "a"], ["--rename", "OLD=NEW"]),
    (["convert", "x", "-o", "y", "--threads", "-1"], ["--threads"]),
    (["convert", "x", "-o", "y", "--batch", "../x"], ["--batch"]),
    (["convert", "x", "-o", "y", "--row-group-rows", "0"], ["--row-group-rows"]),
    (["convert", "good.ndjson", "-o", "y", "--mode", "strict"], ["--schema", "schema infer"]),
    (["convert", "good.ndjson", "-o", "y.parquet", "--partition", "arrival"], ["directory"]),
    (["convert", "-", "-", "-o", "y"], ["twice"]),
    (["inspect"], ["no file named"]),
    (["schema", "infer"], ["no input named"]),
    (["help", "convrt"], ["did you mean"]),
])
def test_usage_errors(arguments, texts, good):
    assert good.exists()
    assert_usage_error(run_varve(*arguments), "--help", *texts)


def test_output_inside_an_input_directory_is_refused(tmp_path, good):
    for output in (tmp_path, tmp_path / "sub/out", "sub/../.."  + f"/{tmp_path.name}/x"):
        assert_usage_error(run_varve("convert", tmp_path, "-o", output), str(tmp_path))
    assert_usage_error(run_varve("convert", good, "-o", good), "is the input")
    assert good.read_text().startswith('{"id":1')


def test_simd_level_must_be_known(good):
    run = run_varve("convert", good, "-o", "out", env={"VARVE_SIMD": "sse9"})
    assert_usage_error(run, "VARVE_SIMD", "sse9", "scalar, sse4, avx2, avx512")
    assert run_varve("version", env={"VARVE_SIMD": "scalar"}).stdout.splitlines()[3] == "simd       scalar"


# ---- convert ----


def test_convert_prints_a_summary(good):
    run = run_varve("convert", good, "-o", "out")
    assert run.code == 0, run.stderr
    assert run.stderr == ""
    assert "Converted 1 file: 2 rows" in run.stdout
    assert "3 = 2 rows + 0 quarantined + 1 blank" in run.stdout


def test_json_summary_has_exactly_the_stable_keys(good):
    run = run_varve("convert", good, "-o", "out", "--json")
    assert run.code == 0, run.stderr
    assert run.stdout.count("\n") == 1
    summary = run.summary
    assert list(summary) == SUMMARY_KEYS
    assert (summary["lines"], summary["rows"], summary["blank"]) == (3, 2, 1)
    assert summary["bytes_in"] == good.stat().st_size
    assert [set(output) for output in summary["outputs"]] == [{"path", "rows", "bytes"}]


def test_bad_lines_give_exit_code_3_and_their_place(bad, tmp_path):
    run = run_varve("convert", bad, "-o", "out", "--json")
    assert run.code == 3
    error = run.summary["errors"][0]
    assert set(error) == {"file", "line", "offset", "code", "message"}
    assert error["file"] == str(bad) and error["line"] == 2
    assert 9 <= error["offset"] <= 16
    text = run_varve("convert", bad, "-o", "out2").stdout
    assert f"{bad}:2 (byte {error['offset']}): {error['code']}: " in text
    quiet = run_varve("convert", bad, "-o", "out3", "--quiet")
    assert (quiet.code, quiet.stdout) == (3, "")
    assert "1 lines quarantined" in quiet.stderr or "1 line quarantined" in quiet.stderr
    assert quiet.stderr.count("\n") == 1


def test_corrupt_gzip_fails_alone(good, tmp_path):
    broken = tmp_path / "broken.ndjson.gz"
    broken.write_bytes(gzip.compress(b'{"id":1}\n' * 1000)[:-20])
    run = run_varve("convert", good, broken, "-o", "out", "--json")
    assert run.code == 3
    assert run.summary["files_failed"] == 1 and run.summary["rows"] == 2
    assert str(broken) in run.stderr and "gzip" in run.stderr
    assert run_varve("convert", broken, "-o", "out2").code == 1
    assert not (tmp_path / "out2").exists() or not list((tmp_path / "out2").rglob("*"))


def test_missing_input():
    run = run_varve("convert", "nowhere.ndjson", "-o", "out")
    assert run.code == 1
    assert "nowhere.ndjson" in run.stderr


def test_max_errors_fails_the_file(bad, tmp_path):
    run = run_varve("convert", bad, "-o", "out", "--max-errors", "0")
    assert run.code == 1
    assert str(bad) in run.stderr
    assert parquet_files(tmp_path) == []
    assert run_varve("convert", bad, "-o", "out", "--max-errors", "1").code == 3


def test_stdin(good):
    run = run_varve("convert", "-", "-o", "out.parquet", "--json", stdin=good.read_bytes())
    assert run.code == 0, run.stderr
    assert pq.read_table("out.parquet").to_pylist() == [{"id": 1, "name": "a"},
                                                       {"id": 2, "name": "b"}]


def test_overwrite_is_asked_for(good):
    assert run_varve("convert", good, "-o", "out").code == 0
    again = run_varve("convert", good, "-o", "out")
    assert again.code == 1
    assert "--overwrite" in again.stderr
    assert run_varve("convert", good, "-o", "out", "--overwrite").code == 0


def test_flags_reach_the_engine(good):
    run = run_varve("convert", good, "-o", "out.parquet", "--rename", "id=key", "--cast",
                    "id=decimal(10,2)", "--source-column", "--compression", "zstd:5", "--threads",
                    "1", "--memory", "256MiB", "--row-group-rows", "1")
    assert run.code == 0, run.stderr
    file = pq.ParquetFile("out.parquet")
    assert file.schema_arrow.field("key").type == pa.decimal128(10, 2)
    assert {"_source", "_line"} < set(file.schema_arrow.names)
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert file.metadata.num_row_groups == 2


def test_partition_by_filename_date(tmp_path):
    for day in ("17", "18"):
        (tmp_path / f"2025-01-{day}-x.ndjson").write_text('{"a":1}\n')
    run = run_varve("convert", tmp_path / "*.ndjson", "-o", "out", "--partition", "filename-date")
    assert run.code == 0, run.stderr
    assert [str(path.parent.relative_to(tmp_path / "out"))
            for path in parquet_files(tmp_path / "out")] == \
        ["year=2025/month=01/day=17", "year=2025/month=01/day=18"]


def test_dry_run_writes_nothing(bad, tmp_path):
    run = run_varve("convert", bad, "-o", "out", "--dry-run")
    assert run.code == 3
    for text in ("nothing was written", "id: int64", str(bad), "out/", "bad lines"):
        assert text in run.stdout
    as_json = run_varve("convert", bad, "-o", "out", "--dry-run", "--json").summary
    assert as_json["dry_run"] is True
    assert as_json["schema"]["fields"] == [{"name": "id", "type": "int64"}]
    assert not (tmp_path / "out").exists()


def test_control_characters_in_names_are_escaped(tmp_path):
    path = tmp_path / "evil\x1b[31m\n.ndjson"
    path.write_text("{\n")
    for arguments in (["convert", path, "-o", "out"], ["inspect", path]):
        run = run_varve(*arguments)
        assert run.code != 0
        assert "\x1b" not in run.stdout + run.stderr
        assert "evil\\x1b[31m\\n.ndjson" in run.stdout + run.stderr


def test_result_that_cannot_be_written_is_an_error(good):
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "convert", good, "-o", "out"], stdout=full,
                              stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 1
    assert b"stdout" in done.stderr and b"No space left" in done.stderr


# ---- progress ----


def test_progress_bar_only_on_a_terminal(good):
    assert run_varve("convert", good, "-o", "a").stderr == ""
    assert run_varve("convert", good, "-o", "b", "--progress", "none").stderr == ""
    last = run_varve("convert", good, "-o", "c", "--progress", "json").stderr.splitlines()[-1]
    assert set(json.loads(last)) == {"bytes_done", "bytes_total", "rows", "pass", "seconds"}


def test_progress_bar_disappears(good):
    leader, follower = pty.openpty()
    with subprocess.Popen([BINARY, "convert", "-", "-o", "out"], stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, stderr=follower,
                          env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"}) as process:
        os.close(follower)
        process.stdin.write(good.read_bytes())
        process.stdin.flush()
        drawn = b""
        while b"MB/s" not in drawn:  # stdin stays open until the bar was seen
            drawn += os.read(leader, 4096)
        process.stdin.close()
        try:
            while chunk := os.read(leader, 4096):
                drawn += chunk
        except OSError:  # the other end is closed
            pass
        assert process.wait(TIMEOUT_S) == 0
    os.close(leader)
    assert drawn.endswith(b"\r\x1b[K")
    assert b"\x1b[3" not in drawn


# ---- interrupt ----


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_leaves_nothing_behind(number, tmp_path, good):
    work = tmp_path / "work"
    work.mkdir()
    with subprocess.Popen([BINARY, "convert", "-", "-o", work / "out", "--progress", "json"],
                          cwd=work, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(work)}) as run:
        run.stdin.write(good.read_bytes() * 1000)
        run.stdin.flush()
        run.stderr.readline()  # it runs: the first line of progress
        run.send_signal(number)
        run.stdin.close()
        assert run.wait(TIMEOUT_S) == 130
        assert b"Traceback" not in run.stderr.read()
        assert run.stdout.read() == b""
    assert [path for path in work.rglob("*") if path.is_file()] == []


# ---- environment and varve.toml ----


def codec_of(path):
    return pq.ParquetFile(path).metadata.row_group(0).column(0).compression


def test_flag_wins_over_environment_wins_over_file(good, tmp_path):
    (tmp_path / "varve.toml").write_text('[convert]\ncompression = "gzip"\noutput = "a.parquet"\n')
    assert run_varve("convert", good).code == 0
    assert codec_of("a.parquet") == "GZIP"
    env = {"VARVE_COMPRESSION": "zstd", "VARVE_OVERWRITE": "true"}
    assert run_varve("convert", good, env=env).code == 0
    assert codec_of("a.parquet") == "ZSTD"
    assert run_varve("convert", good, "--compression", "none", env=env).code == 0
    assert codec_of("a.parquet") == "UNCOMPRESSED"


def test_every_flag_is_a_variable_and_a_key(good, tmp_path):
    flags = re.findall(r"^ +(?:-., )?--([a-z-]+)", run_varve("convert", "--help").stdout, re.M)
    assert len(flags) > 25
    value = "\x01 no such value"
    for flag in sorted(set(flags) - {"help", "config"}):
        variable = "VARVE_" + flag.upper().replace("-", "_")
        settings = tmp_path / "varve.toml"
        settings.unlink(missing_ok=True)
        if flag == "output":  # any text is the name of a directory
            assert run_varve("convert", good, env={variable: value}).code == 0
            assert (tmp_path / value).is_dir()
        else:
            run = run_varve("convert", good, "-o", "out", env={variable: value})
            assert run.code in (1, 2), flag
            # A schema is a file, which is missed where it is read.
            assert ("no such value" if flag == "schema" else variable) in run.stderr
        settings.write_text(f'[convert]\n{flag} = ["not", {{a = 1}}]\n')
        assert_usage_error(run_varve("convert", good, "-o", "out"), "varve.toml:2:", flag)


def test_repeatable_settings(good, tmp_path):
    run = run_varve("convert", good, "-o", "a.parquet", env={"VARVE_RENAME": "id=x;name=y"})
    assert run.code == 0, run.stderr
    assert pq.read_schema("a.parquet").names == ["x", "y"]
    (tmp_path / "my.toml").write_text('[convert]\nrename = ["id=x", "name=z"]\n')
    assert run_varve("convert", good, "-o", "b.parquet", "--config", "my.toml").code == 0
    assert pq.read_schema("b.parquet").names == ["x", "z"]


@pytest.mark.parametrize("text,place,says", [
    ("[convert]\n\ncompresion = \"zstd\"\n", "3:1", 'did you mean "compression"?'),
    ("[convrt]\nthreads = 1\n", "1:2", 'did you mean "convert"?'),
    ("[convert]\nthreads = \"many\"\n", "2:11", "--threads"),
    ("[convert]\nthreads = {}\n", "2:11", "single value"),
    ("[convert]\nquiet = \"maybe\"\n", "2:9", "true or false"),
    ("threads = 1\n", "1:1", "at the top level"),
    ("[schema.infer]\ntrhee = true\n", "2:1", "tree"),
    ("[convert\n", "1:", "not valid TOML"),
])
def test_bad_configuration_is_told_by_line(text, place, says, good, tmp_path):
    (tmp_path / "varve.toml").write_text(text)
    assert_usage_error(run_varve("convert", good, "-o", "out"), f"varve.toml:{place}", says)


def test_bad_environment_names_the_variable(good):
    run = run_varve("convert", good, "-o", "out", env={"VARVE_MAX_ERRORS": "lots"})
    assert_usage_error(run, "VARVE_MAX_ERRORS", "lots")


def test_missing_configuration_file(good):
    run = run_varve("convert", good, "-o", "out", "--config", "nowhere.toml")
    assert run.code == 1
    assert "nowhere.toml" in run.stderr


# ---- schema ----


def test_schema_infer_round_trips_through_convert(good, tmp_path):
    run = run_varve("schema", "infer", good)
    assert run.code == 0, run.stderr
    assert json.loads(run.stdout) == {
        "varve_schema": 1,
        "fields": [{"name": "id", "type": "int64"}, {"name": "name", "type": "string"}]}
    assert "3 lines read, 0 bad, 1 blank" in run.stderr
    (tmp_path / "schema.json").write_text(run.stdout)
    strict = run_varve("convert", good, "-o", "out", "--schema", "schema.json", "--mode", "strict")
    assert strict.code == 0, strict.stderr
    assert run_varve("schema", "infer", "--tree", good).stdout == "id: int64\nname: string\n"


def test_schema_infer_counts_bad_lines(bad):
    run = run_varve("schema", "infer", bad)
    assert run.code == 3
    assert f"{bad}:2 " in run.stderr and "1 bad" in run.stderr
    assert json.loads(run.stdout)["fields"] == [{"name": "id", "type": "int64"}]
    assert run_varve("schema", "infer", bad, "-q").stderr == ""


@pytest.mark.parametrize("text,place,says", [
    ('{"varve_schema": 1,\n "fields": [\n  {"name": "id", "type": "int"}]}', "3:26", "int64"),
    ('{"varve_schema": 1,\n "feilds": []}', "2:2", "feilds"),
    ("{", "1:1", "not valid JSON"),
])
def test_bad_schema_file_is_told_by_line_and_key(text, place, says, good, tmp_path):
    (tmp_path / "schema.json").write_text(text)
    run = run_varve("convert", good, "-o", "out", "--schema", "schema.json")
    assert_usage_error(run, f"schema.json:{place}: ", says)


def test_missing_schema_file(good):
    run = run_varve("convert", good, "-o", "out", "--schema", "nowhere.json")
    assert run.code == 1
    assert "nowhere.json" in run.stderr


# ---- inspect ----


@pytest.fixture
def foreign(tmp_path):
    """A file by another writer."""
    path = tmp_path / "foreign.parquet"
    table = pa.table({
        "n": pa.array([3, None, 1], pa.int64()),
        "u": pa.array([2**64 - 1, 0, 5], pa.uint64()),
        "s": ["b", "a", "c\x1b[31m"],
        "t": pa.array([0, 1_500_000, None], pa.timestamp("us", tz="UTC")),
        "d": pa.array([0, 1, 19_000], pa.date32()),
        "x": pa.array([b"\xff", b"", None], pa.binary()),
        "nested": [{"deep": [1, 2]}, None, {"deep": []}]})
    pq.write_table(table, path, compression="gzip", row_group_size=2)
    return path


def test_inspect_shows_a_foreign_file(foreign):
    run = run_varve("inspect", foreign)
    assert run.code == 0, run.stderr
    for text in ("3 rows", "7 columns", "2 row groups", "GZIP", "nested.deep.list.element",
                 "timestamp[us, UTC]", "1970-01-01T00:00:01.5Z", "2022-01-08", "uint64",
                 "parquet-cpp-arrow", "ARROW:schema"):
        assert text in run.stdout
    assert "\x1b" not in run.stdout


def test_inspect_json_agrees_with_pyarrow(foreign):
    run = run_varve("inspect", "--json", foreign)
    assert run.code == 0, run.stderr
    seen = json.loads(run.stdout)
    metadata = pq.ParquetFile(foreign).metadata
    assert seen["rows"] == metadata.num_rows
    assert seen["bytes"] == foreign.stat().st_size
    assert len(seen["row_groups"]) == metadata.num_row_groups
    for i, group in enumerate(seen["row_groups"]):
        assert group["rows"] == metadata.row_group(i).num_rows
        for j, chunk in enumerate(group["chunks"]):
            theirs = metadata.row_group(i).column(j)
            assert chunk["column"] == theirs.path_in_schema
            assert chunk["compressed_bytes"] == theirs.total_compressed_size
            assert chunk["uncompressed_bytes"] == theirs.total_uncompressed_size
            assert chunk["values"] == theirs.num_values
            assert chunk["codec"] == theirs.compression
            assert set(chunk["encodings"]) == set(theirs.encodings)
            if theirs.statistics and theirs.statistics.has_null_count:
                assert chunk["statistics"]["nulls"] == theirs.statistics.null_count
    statistics = [group["chunks"][1]["statistics"] for group in seen["row_groups"]]
    assert [(s["min"], s["max"]) for s in statistics] == [(0, 2**64 - 1), (5, 5)]


def test_inspect_pages(foreign):
    run = run_varve("inspect", "--pages", "s", foreign)
    assert run.code == 0 and "Pages of s" in run.stdout and "DICTIONARY" in run.stdout.upper()
    pages = json.loads(run_varve("inspect", "--json", "--pages", "nested", foreign).stdout)["pages"]
    assert pages["column"] == "nested.deep.list.element"
    assert {page["row_group"] for page in pages["pages"]} == {0, 1}
    missing = run_varve("inspect", "--pages", "nn", foreign)
    assert missing.code == 1 and '"nn"' in missing.stderr


def test_inspect_bad_files(good, foreign, tmp_path):
    missing = run_varve("inspect", "nowhere.parquet")
    assert missing.code == 1 and "nowhere.parquet" in missing.stderr
    both = run_varve("inspect", good, foreign)
    assert both.code == 3
    assert str(good) in both.stderr and "3 rows" in both.stdout
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(foreign.read_bytes()[:-1])
    assert run_varve("inspect", cut).code == 1
