"""Who may open the dashboard, as `varve run` decides it before it starts."""

import pytest
from conftest import run_varve
from harness import Pipeline, Running

TOKEN = "not-printed-anywhere-7d1c"


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:9464"])
def test_others_need_a_token(tmp_path, address):
    pipeline = Pipeline(tmp_path)
    run = run_varve(*pipeline.run_args("--listen", address))
    assert run.code == 2
    assert "dashboard-token" in run.stderr and "--no-dashboard" in run.stderr
    assert not pipeline.output.exists(), "nothing was begun"


def test_a_token_or_no_dashboard_is_enough(tmp_path):
    pipeline = Pipeline(tmp_path)
    with Running(pipeline, "--listen", "0.0.0.0:0", "--dashboard-token", TOKEN) as running:
        running.address = running.address.replace("0.0.0.0", "127.0.0.1")
        assert running.get("/healthz")[0] == 200
        assert running.get("/api/v1/session")[0] == 401
        assert TOKEN not in running.log_path.read_text()
        assert running.stop() == 0
    with Running(pipeline, "--listen", "0.0.0.0:0", "--no-dashboard") as running:
        running.address = running.address.replace("0.0.0.0", "127.0.0.1")
        assert running.get("/metrics")[0] == 200
        assert running.get("/")[0] == 404
        assert running.get("/api/v1/session")[0] == 404


def test_the_token_may_come_from_the_environment_or_the_file(tmp_path):
    pipeline = Pipeline(tmp_path)
    check = pipeline.run_args("--listen", "0.0.0.0:0", "--check")
    assert run_varve(*check).code == 2
    run = run_varve(*check, env={"VARVE_DASHBOARD_TOKEN": TOKEN})
    assert run.code == 0 and TOKEN not in run.stdout and "# dashboard-token is set" in run.stdout
    config = tmp_path / "varve.toml"
    config.write_text(f'[run]\ndashboard-token = "{TOKEN}"\ndashboard-host = ["lake.example"]\n'
                      f'listen = "0.0.0.0:0"\n'
                      f'[[pipeline]]\ninput = "{pipeline.input}"\noutput = "{pipeline.output}"\n')
    run = run_varve("run", "--config", config, "--check")
    assert run.code == 0 and TOKEN not in run.stdout
    assert 'dashboard-host = ["lake.example"]' in run.stdout
    assert run_varve("run", "--config", config, "--check", "--dashboard-token", "short").code == 2
