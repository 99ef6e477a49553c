"""S3ObjectStore against servers that check signatures."""

import os
import pathlib
import subprocess

import pytest
import s3_servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("VARVE_BIN", ROOT / "build/release/varve")).parent
CONTRACT = BUILD / "tests/contract/s3_contract_test"
# versitygw keeps objects as files: it takes "a//b" for "a/b", and ignores encoding-type=url.
NOT_A_PATH = "-*OddKeys/*"


def run_contract(env, *, versioning=False, leave_out=""):
    done = subprocess.run(
        [CONTRACT, "--gtest_brief=1", f"--gtest_filter={leave_out or '*'}"], capture_output=True,
        text=True, check=False, timeout=300,
        env={**os.environ, **env, "VARVE_TEST_S3": env["AWS_ENDPOINT_URL_S3"],
             **({"VARVE_TEST_S3_VERSIONING": "1"} if versioning else {})})
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "PASSED" in done.stdout


@pytest.mark.parametrize("versioning", [False, True], ids=["plain", "versioned"])
def test_contract_against_versitygw(versioning):
    with s3_servers.versitygw(versioning) as env:
        run_contract(env, versioning=versioning, leave_out=NOT_A_PATH)


@pytest.mark.parametrize("versioning", [False, True], ids=["plain", "versioned"])
def test_contract_against_minio(versioning):
    if not s3_servers.has_minio():
        pytest.skip("MinIO takes minutes to build; set VARVE_TEST_MINIO=1")
    with s3_servers.minio() as env:
        run_contract(env, versioning=versioning)
