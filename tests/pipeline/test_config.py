"""Configuration: nonsense is refused with place and remedy; `--check` prints what counts."""

import re

import pytest
from conftest import ROOT, run_varve
from harness import numbered, put

PLACES = 'input = "in"\noutput = "out"\n'
NONSENSE = [
    ("[[pipeline]\n", "1", "TOML"),
    ("[[pipeline]]\n" + PLACES + "max_wiat = 5\n", "4:1", 'did you mean "max-wait"'),
    ("[[pipeline]]\n" + PLACES + "max_wait = -5\n", "4:12", "duration"),
    ("[[pipeline]]\n" + PLACES + 'max_bytes = "lots"\n', "4:13", "512MiB"),
    ("[[pipeline]]\n" + PLACES + "min_files = 1.5\n", "4:13", "single value"),
    ("[[pipeline]]\n" + PLACES + 'partition = "year"\n', "4:13", "filename-date"),
    ("[[pipeline]]\n" + PLACES + 'compression = "zstd:99"\n', "4:15", "from 1 to 22"),
    ("[[pipeline]]\n" + PLACES + 'mode = "strict"\n', "4:8", "schema"),
    ("[[pipeline]]\ninput = \"in\"\noutput = \"in/out\"\n", "3:10", "inside each other"),
    ("[[pipeline]]\noutput = \"out\"\n", "1:1", "input"),
    ("[run]\nconcurency = 3\n", "2:1", 'did you mean "concurrency"'),
    ("[run]\nconcurrency = 0\n", "2:15", "from 1 to 256"),
    ("[run]\nlog = \"xml\"\n", "2:7", "text, json"),
    ("pipeline = 3\n", "1:12", "[[pipeline]]"),
    ("[pipelines]\n", "1:2", "not known"),
]


@pytest.mark.parametrize("text, place, says", NONSENSE)
def test_nonsense(tmp_path, text, place, says):
    path = tmp_path / "varve.toml"
    path.write_text(text)
    run = run_varve("run", "--config", path, "--check")
    assert run.code == 2, run.stdout + run.stderr
    assert f"{path}:{place}" in run.stderr and says in run.stderr


@pytest.mark.parametrize("args, says", [
    ([], "name two directories"),
    (["in"], "name two directories"),
    (["in", "in"], "inside each other"),
    (["in", "out", "--max-wait", "soon"], "duration"),
    (["in", "out", "--min-files", "0"], "min-files"),
    (["in", "out", "--listen", "x", "--once"], "HOST:PORT"),
    (["in", "out", "--max-wiat", "1s"], "max-wait"),
])
def test_bad_flags(tmp_path, monkeypatch, args, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    run = run_varve("run", *args)
    assert run.code == 2, run.stdout + run.stderr
    assert says in run.stderr


def test_check_prints_what_it_reads_back(tmp_path):
    path = tmp_path / "varve.toml"
    path.write_text('[run]\nstate = "s"\n[[pipeline]]\nname = "a"\ninput = "in"\noutput = "out"\n'
                    'max_wait = "5m"\nalert_webhook = "https://example.org/secret"\n')
    first = run_varve("run", "--config", path, "--check")
    assert first.code == 0, first.stderr
    assert 'max-wait = "5m"' in first.stdout and "min-files = 10" in first.stdout
    assert "secret" not in first.stdout
    path.write_text(first.stdout)
    assert run_varve("run", "--config", path, "--check").stdout == first.stdout.replace(
        "# alert-webhook is set\n", "")
    assert not (tmp_path / "out").exists()


def test_several_pipelines_in_one_process(tmp_path):
    path = tmp_path / "varve.toml"
    path.write_text(f'[run]\nstate = "{tmp_path}/state"\n' + "".join(
        f'[[pipeline]]\nname = "{name}"\ninput = "{tmp_path}/in-{name}"\n'
        f'output = "{tmp_path}/out-{name}"\n' for name in "ab"))
    for name in "ab":
        put(tmp_path / f"in-{name}", f"{name}.ndjson", numbered(name, 3))
    run = run_varve("run", "--config", path, "--once", "--json")
    assert run.code == 0, run.stderr
    assert run.stdout.count('"rows":3') == 2
    status = run_varve("status", "--config", path)
    assert status.code == 0 and "Pipeline a" in status.stdout and "Pipeline b" in status.stdout
    which = run_varve("explain", "a.ndjson", "--config", path)
    assert which.code == 2 and "--pipeline" in which.stderr
    told = run_varve("explain", "a.ndjson", "--config", path, "--pipeline", "a")
    assert told.code == 0 and "completed" in told.stdout


def test_environment(tmp_path):
    put(tmp_path / "in", "a.ndjson", numbered("a", 1))
    run = run_varve("run", tmp_path / "in", tmp_path / "out", "--once",
                    env={"VARVE_STATE": str(tmp_path / "elsewhere"), "VARVE_LOG": "json"})
    assert run.code == 0 and '"event":"started"' in run.stderr
    assert (tmp_path / "elsewhere/varve.db").exists()
    assert run_varve("status", env={"VARVE_STATE": str(tmp_path / "elsewhere")}).code == 0


def test_every_setting_is_documented():
    flags = set(re.findall(r"^  (?:-\w, |    )--([a-z-]+)", run_varve("run", "--help").stdout, re.M))
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/reference/config.md").read_text(),
                                re.M))
    assert flags - {"help", "config", "check", "json"} == documented - {"input", "output"}
