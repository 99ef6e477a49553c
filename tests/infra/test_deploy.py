"""What deploy.sh and destroy.sh say and refuse, before they touch anything. AWS's command line is
played by a script that records what it is asked."""

import json
import os
import subprocess

import pytest
from conftest import ROOT

# Answers what the scripts ask before they act; anything else succeeds with nothing.
AWS = """#!/bin/bash
echo "$*" >>"$CALLS"
case "$1 $2" in
  "sts get-caller-identity") echo 123456789012 ;;
  "cloudformation describe-stacks") [[ -n ${STACK:-} ]] && echo CREATE_COMPLETE || exit 255 ;;
  "cloudformation list-stack-resources") [[ $* == *AWS::S3::Bucket* ]] && echo orders-input ;;
  "s3api list-object-versions") cat "$VERSIONS" ;;
  "s3api head-object") exit 255 ;;
esac
exit 0
"""
ONE_VERSION = {"Objects": [{"Key": "a", "VersionId": "1"}], "Quiet": True}


class Aws:
    def __init__(self, folder):
        self.calls = folder / "calls"
        self.calls.touch()
        self.versions = folder / "versions.json"
        self.hold([])
        program = folder / "bin/aws"
        program.parent.mkdir()
        program.write_text(AWS)
        program.chmod(0o755)
        self.env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}",
                    "CALLS": str(self.calls), "VERSIONS": str(self.versions),
                    "PIPELINE": "orders", "AWS_REGION": "eu-central-1"}

    def hold(self, objects):
        self.versions.write_text(json.dumps({"Objects": objects, "Quiet": True}))

    def run(self, script, *arguments, **env):
        return subprocess.run([ROOT / "scripts" / script, *arguments], capture_output=True, text=True,
                              check=False, env={**self.env, **env})

    def asked(self, words):
        return [line for line in self.calls.read_text().splitlines() if line.startswith(words)]


@pytest.fixture
def aws(tmp_path):
    return Aws(tmp_path)


@pytest.mark.parametrize("script", ["deploy.sh", "destroy.sh"])
def test_help_asks_nobody(aws, script):
    run = aws.run(script, "--help")
    assert run.returncode == 0 and run.stdout.startswith("usage: make ")
    assert not aws.calls.read_text()


@pytest.mark.parametrize("script", ["deploy.sh", "destroy.sh"])
def test_a_name_that_no_bucket_may_have(aws, script):
    run = aws.run(script, PIPELINE="Orders_1")
    assert run.returncode == 1 and "PIPELINE=Orders_1: 2 to 24 small letters" in run.stderr
    assert not aws.calls.read_text()


def test_deploying_what_is_not_built(aws, tmp_path):
    run = aws.run("deploy.sh", LAMBDA_ZIP=str(tmp_path / "none.zip"))
    assert run.returncode == 1 and "is not there" in run.stderr
    assert not aws.calls.read_text()


def test_deploying_with_a_word_that_is_no_parameter(aws):
    run = aws.run("deploy.sh", "MinFiles")
    assert run.returncode == 1 and "MinFiles: not NAME=VALUE" in run.stderr
    assert not aws.calls.read_text()


def test_destroying_what_is_not_there(aws):
    run = aws.run("destroy.sh")
    assert run.returncode == 1 and "there is no stack varve-orders in eu-central-1" in run.stderr


def test_destroying_refuses_while_a_bucket_holds_anything(aws):
    aws.hold(ONE_VERSION["Objects"])
    run = aws.run("destroy.sh", STACK="1")
    assert run.returncode == 1
    assert "s3://orders-input is not empty" in run.stderr and "EMPTY_BUCKETS=1" in run.stderr
    assert not aws.asked("cloudformation delete-stack") and not aws.asked("s3api delete-objects")


def test_a_dry_run_destroys_nothing(aws):
    aws.hold(ONE_VERSION["Objects"])
    run = aws.run("destroy.sh", STACK="1", EMPTY_BUCKETS="1", DRY_RUN="1")
    assert run.returncode == 0 and "would empty s3://orders-input" in run.stdout
    assert not aws.asked("cloudformation delete-stack") and not aws.asked("s3api delete-objects")


def test_destroying_what_is_empty(aws):
    run = aws.run("destroy.sh", STACK="1")
    assert run.returncode == 0, run.stderr
    assert aws.asked("cloudformation delete-stack --stack-name varve-orders")
    assert not aws.asked("s3api delete-objects")
