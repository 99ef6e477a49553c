"""The chain of credentials: those whom it asks, renewal by a clock that is moved, what it says."""

import datetime
import json

import boto3
import credential_servers
import pytest
from conftest import run_varve
from credential_servers import LIFE_S, TOKEN_OF_CONTAINER, TOKEN_OF_LOGIN
from credentials_home import Home, in_an_hour
from s3_servers import free_port

AHEAD_S = 300  # before they expire, new ones are sought
ACCOUNT = "123456789012"
JOB = {"AWS_PROFILE": "job", "AWS_ACCESS_KEY_ID": "", "AWS_REGION": ""}
NO_PROXY = "http://127.0.0.1:1"  # is asked by nobody who finds credentials
LOGIN = ("[profile p]\nsso_session = my session\nsso_account_id = 123456789012\n"
         "sso_role_name = {role}\n"
         "[sso-session my session]\nsso_region = us-east-1\nsso_start_url = https://u\n")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture(scope="module")
def moto():
    with credential_servers.moto() as url:
        yield url


@pytest.fixture
def metadata():
    with credential_servers.metadata() as server:
        yield server


def of_instance(server):
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, "AWS_EC2_METADATA_DISABLED": "false",
            "http_proxy": NO_PROXY}


def test_an_instance_gives_its_roles_credentials(home, metadata):
    found = home.get(**of_instance(metadata))
    assert (found["id"], found["secret"], found["token"]) == ("INSTANCE1", "secret", "token")
    assert abs(found["expires"] - in_an_hour().timestamp()) < 60


def test_credentials_are_renewed_before_they_expire_or_when_they_are_refused(home, metadata):
    ids = [found["id"] for found in home.find(
        "get", "get", f"advance {LIFE_S - AHEAD_S - 60}", "get", "advance 120", "get",
        "forget", "get", **of_instance(metadata))]
    # The server's clock is not moved: what it gave after the first renewal is seen as old again.
    assert ids == ["INSTANCE1", "INSTANCE1", "INSTANCE1", "INSTANCE2", "INSTANCE3"]


def test_an_instance_without_a_role_and_no_instance(home, metadata):
    metadata.has_role = False
    assert "an EC2 instance (the instance has no role)" in home.get(**of_instance(metadata))["error"]
    nobody = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{free_port()}",
              "AWS_EC2_METADATA_DISABLED": "false"}
    assert "an EC2 instance (PUT http://127.0.0.1" in home.get(**nobody)["error"]


def test_a_container_gives_credentials_to_who_has_the_token(home, metadata, tmp_path):
    asked = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{metadata.url}/container",
             "http_proxy": NO_PROXY}
    assert home.get(**asked, AWS_CONTAINER_AUTHORIZATION_TOKEN=TOKEN_OF_CONTAINER)["id"] == "CONTAINER1"
    token = tmp_path / "token"
    token.write_text(TOKEN_OF_CONTAINER + "\n")
    found = home.get(**asked, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token),
                     AWS_CONTAINER_AUTHORIZATION_TOKEN="wrong")
    assert found["id"] == "CONTAINER2"
    refused = home.get(**asked, AWS_CONTAINER_AUTHORIZATION_TOKEN="wrong")
    assert refused["error"] == ("AWS credentials of a container: get the container's credentials: "
                                "AccessDenied: another token")


def test_a_login_gives_credentials_until_it_expires(home, metadata):
    home.write("config", LOGIN.format(role="reader"))
    env = {"AWS_PROFILE": "p", "AWS_ENDPOINT_URL_SSO": metadata.url}
    home.log_in("my session", TOKEN_OF_LOGIN, in_an_hour())
    assert home.get(**env)["id"] == "LOGIN1"
    # As long as what it gave is good, that the login is over does no harm.
    home.log_in("my session", TOKEN_OF_LOGIN, in_an_hour() - datetime.timedelta(minutes=30))
    first, second, late = home.find("get", f"advance {LIFE_S - 60}", "get", "advance 120", "get",
                                    **env)
    assert first["id"] == second["id"] == "LOGIN2"
    assert "the login expired at" in late["error"]
    assert late["error"].endswith("run `aws sso login --profile p`")
    home.log_in("my session", "of somebody else", in_an_hour())
    refused = home.get(**env)
    assert "UnauthorizedException" in refused["error"]
    assert refused["error"].endswith("run `aws sso login --profile p`")


def test_a_role_that_the_login_has_not(home, metadata):
    home.write("config", LOGIN.format(role="writer"))
    home.log_in("my session", TOKEN_OF_LOGIN, in_an_hour())
    refused = home.get(AWS_PROFILE="p", AWS_ENDPOINT_URL_SSO=metadata.url)
    assert refused["code"] == "permission"
    assert "get the credentials of writer in 123456789012: ResourceNotFoundException" in refused["error"]


def test_a_process_is_run_again_when_what_it_gave_expires(home, tmp_path):
    script = tmp_path / "give keys"
    script.write_text("""#!/bin/sh
echo x >>"$HOME/runs"
runs=$(wc -l <"$HOME/runs")
date -u -d "+$1 seconds" +'{"Version": 1, "AccessKeyId": "RUN'$runs'", "SecretAccessKey": "s",
 "SessionToken": "t", "Expiration": "%Y-%m-%dT%H:%M:%SZ"}'
""")
    script.chmod(0o700)
    home.write("config", f'[default]\ncredential_process = "{script}" {LIFE_S}\n')
    ids = [found["id"] for found in home.find("get", "get", f"advance {LIFE_S}", "get")]
    assert ids == ["RUN1", "RUN1", "RUN2"]


class Account:
    """An account at moto: a user who may assume the role `writer`, which may use one bucket."""

    def __init__(self, url):
        self.url = url
        clients = {name: boto3.client(
            name, endpoint_url=url, region_name="us-east-1", aws_access_key_id="x",
            aws_secret_access_key="x") for name in ("iam", "s3")}
        iam, self.s3 = clients["iam"], clients["s3"]
        self.s3.create_bucket(Bucket="lake")
        user = iam.create_user(UserName="ann")["User"]["Arn"]
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        self.id, self.secret = key["AccessKeyId"], key["SecretAccessKey"]
        iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=self.allow(
            "sts:AssumeRole", "*"))
        trust = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": user},
            "Condition": {"StringEquals": {"sts:ExternalId": "our secret"}}}]}
        for role, action in [("writer", "s3:*"), ("idle", "sqs:*")]:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
            iam.put_role_policy(RoleName=role, PolicyName="p",
                                PolicyDocument=self.allow(action, "*"))

    @staticmethod
    def allow(action, resource):
        return json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": resource}]})

    def profiles(self, role, secret=None, external_id="our secret"):
        return (f"[profile job]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/{role}\n"
                f"source_profile = ann\nrole_session_name = night\nexternal_id = {external_id}\n"
                f"region = us-east-1\nendpoint_url = {self.url}\n"
                f"[profile ann]\naws_access_key_id = {self.id}\n"
                f"aws_secret_access_key = {secret or self.secret}\n")


@pytest.fixture(scope="module")
def account(moto):
    return Account(moto)


def test_a_roles_keys_open_its_bucket(home, account):
    """varve signs STS's and S3's requests; moto checks signatures, policies and the role's trust."""
    account.s3.put_object(Bucket="lake", Key="in/a.ndjson", Body=b'{"id": 1}\n{"id": 2}\n')
    home.write("config", account.profiles("writer"))
    with credential_servers.verifying(account.url):
        [identity] = home.find("identity", AWS_PROFILE="job")
        assert identity["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/writer/night"
        converted = run_varve("convert", "s3://lake/in/", "-o", "s3://lake/one.parquet", "--json",
                              env={**home.env, **JOB})
        assert converted.code == 0, converted.stderr
    assert converted.summary["rows"] == 2
    assert account.s3.get_object(Bucket="lake", Key="one.parquet")["Body"].read(4) == b"PAR1"


@pytest.mark.parametrize(("changes", "message"), [
    ({"role": "idle"}, "AccessDenied"),
    ({"role": "writer", "secret": "wrong"}, "SignatureDoesNotMatch"),
    ({"role": "writer", "external_id": "guess"}, "AccessDenied"),
], ids=["no-policy", "wrong-secret", "wrong-external-id"])
def test_what_the_server_refuses(home, account, changes, message):
    home.write("config", account.profiles(**changes))
    with credential_servers.verifying(account.url):
        refused = run_varve("schema", "infer", "s3://lake/", env={**home.env, **JOB})
    assert refused.code == 1
    assert message in refused.stderr
    assert account.secret not in refused.stderr


def test_a_role_is_assumed_again_before_its_keys_expire(home, moto):
    home.write("config", "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\n"
                         "source_profile = default\nduration_seconds = 900\n"
                         "aws_access_key_id = x\naws_secret_access_key = y\n")
    env = {"AWS_ENDPOINT_URL_STS": moto}
    first, same, renewed = home.find("get", "advance 500", "get", "advance 200", "get", **env)
    assert first["id"] == same["id"] != renewed["id"]
    assert first["token"]
    assert abs(first["expires"] - datetime.datetime.now().timestamp() - 900) < 60


def test_a_web_identity_gets_its_role_without_keys(home, moto, tmp_path):
    token = tmp_path / "token"
    token.write_text("eyJhbGciOiJub25lIn0.e30.\n")
    [found] = home.find("identity", AWS_ENDPOINT_URL_STS=moto, AWS_ROLE_SESSION_NAME="pod",
                        AWS_WEB_IDENTITY_TOKEN_FILE=str(token),
                        AWS_ROLE_ARN=f"arn:aws:iam::{ACCOUNT}:role/of-pod")
    assert found["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/of-pod/pod"
