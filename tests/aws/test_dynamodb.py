"""The contract of the ports over DynamoDB's adapters, against a server that speaks its protocol."""

import concurrent.futures
import os
import subprocess

import dynamodb_server
from conftest import ROOT

PROGRAM = ROOT / "build/release/tests/contract/dynamodb_contract_test"
SHARDS = 2


def run_shard(number):
    """A part of the tests with a server of its own, so that two processors have work."""
    with dynamodb_server.serving() as address:
        return subprocess.run(
            [PROGRAM, "--gtest_brief=1"], capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "VARVE_TEST_DYNAMODB": address, "GTEST_TOTAL_SHARDS": str(SHARDS),
                 "GTEST_SHARD_INDEX": str(number)})


def test_the_adapters_keep_the_ports_contracts():
    with concurrent.futures.ThreadPoolExecutor(SHARDS) as pool:
        for done in pool.map(run_shard, range(SHARDS)):
            assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
            assert "PASSED" in done.stdout and "SKIPPED" not in done.stdout
