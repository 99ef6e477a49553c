"""`varve plan --bytes`: what an amount would cost, without any pipeline."""

import json

import pytest
from conftest import run_varve


def costs(*args, code=0):
    run = run_varve("plan", "--json", *args)
    assert run.code == code, run.stderr
    return json.loads(run.stdout)


def test_an_amount_needs_no_pipeline():
    told = costs("--bytes", "1TB", "--files", "1000000")
    assert (told["files"], told["bytes"], told["batches"]) == (10**6, 10**12, 10**5)
    dollars = {engine: cost["dollars"] for engine, cost in told["engines"].items()}
    assert dollars["glue"] > dollars["lambda"] > dollars["ec2"] > 0
    for cost in told["engines"].values():
        assert cost["dollars"] == pytest.approx(cost["engine_dollars"] + cost["around_dollars"])
    assert told["prices"]["region"] == "us-east-1" and told["prices"]["date"] >= "2025"


def test_throughput_and_prices_can_be_others(tmp_path):
    usual = costs("--bytes", "1TB")
    slow = costs("--bytes", "1TB", "--throughput", "15MB")
    assert slow["engines"]["ec2"]["seconds"] == pytest.approx(
        10 * usual["engines"]["ec2"]["seconds"])
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"region": "moon-1", "glue_dpu_hour": 0.88}))
    dear = costs("--bytes", "1TB", "--prices", prices)
    assert dear["prices"]["region"] == "moon-1"
    assert dear["engines"]["glue"]["engine_dollars"] == pytest.approx(
        2 * usual["engines"]["glue"]["engine_dollars"])
    text = run_varve("plan", "--bytes", "1TB", "--prices", prices).stdout
    assert "list prices of moon-1" in text and "150 MB/s a vCPU" in text


@pytest.mark.parametrize("args, says", [
    (["--files", "10"], "--files goes with --bytes"),
    (["--bytes", "much"], "much"),
    (["--bytes", "1GB", "--throughput", "0"], "more than 0"),
])
def test_what_is_refused(args, says):
    run = run_varve("plan", *args)
    assert run.code == 2 and says in run.stderr


def test_wrong_prices_are_named(tmp_path):
    prices = tmp_path / "prices.json"
    prices.write_text('{"glue": 1}')
    run = run_varve("plan", "--bytes", "1GB", "--prices", prices)
    assert run.code == 2 and '"glue" is no price' in run.stderr and "glue_dpu_hour" in run.stderr
    gone = run_varve("plan", "--bytes", "1GB", "--prices", tmp_path / "none")
    assert gone.code == 1 and "cannot be read" in gone.stderr
