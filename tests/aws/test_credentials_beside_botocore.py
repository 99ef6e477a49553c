"""botocore, which the AWS CLI is made of, and varve find the same credentials, region and endpoint
from the same files and variables."""

import os
from unittest import mock

import botocore.credentials
import botocore.loaders
import botocore.session
import botocore.tokens
import credential_servers
import pytest
from credential_servers import TOKEN_OF_CONTAINER, TOKEN_OF_LOGIN
from credentials_home import Home, in_an_hour

KEYS = "aws_access_key_id = {0}\naws_secret_access_key = secret\n"
ENV_KEYS = {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"}
PROCESS = ("credential_process = printf '{{\"Version\": 1, \"AccessKeyId\": \"%s\", "
           "\"SecretAccessKey\": \"s\"}}' {0}\n")
ROLE = "role_arn = arn:aws:iam::123456789012:role/{0}\nrole_session_name = {0}-session\n"
LOGIN = "sso_account_id = 123456789012\nsso_role_name = reader\n"
SESSION = "[sso-session my]\nsso_region = us-east-1\nsso_start_url = https://u\n"

LOADER = botocore.loaders.create_loader()  # keeps the services' descriptions, which take seconds

# What the config file, the credentials file and the environment say. {…} in the environment is
# filled in: `metadata`, `moto` and `home`.
CASES = {
    "environment": ("", "[default]\n" + KEYS.format("FILE"), ENV_KEYS),
    "environment before AWS_PROFILE": (
        "[profile two]\n" + KEYS.format("TWO"), "", {**ENV_KEYS, "AWS_PROFILE": "two"}),
    "credentials file": ("", "[default]\n" + KEYS.format("FILE"), {}),
    "config file": ("[default]\n" + KEYS.format("CONFIG"), "", {}),
    "credentials before config": (
        "[default]\nregion = eu-west-3\n" + KEYS.format("CONFIG"),
        "[default]\n" + KEYS.format("FILE"), {}),
    "a named profile": (
        "[default]\nregion = a-1\n[profile two]\nregion = b-2\n",
        "[default]\n" + KEYS.format("FILE") + "[two]\n" + KEYS.format("TWO"),
        {"AWS_PROFILE": "two"}),
    "a quoted name": ('[profile "x y"]\n' + KEYS.format("XY"), "", {"AWS_PROFILE": "x y"}),
    "odd spelling": (
        "# c\n[default]\n  Region: a-1\n  AWS_ACCESS_KEY_ID=ODD=#;x \n\n ; c\n"
        "  aws_secret_access_key =s\n  s3 =\n    max_queue_size = 1\n  output=json\n", "", {}),
    "values of several lines": (
        "[default]\nregion = a-1\naws_access_key_id = M\naws_secret_access_key = s\n"
        "other = x\n  aws_access_key_id = N\n", "", {}),
    "process": ("[default]\n" + PROCESS.format("PROC"), "", {}),
    "process before the config's keys": (
        "[default]\n" + PROCESS.format("PROC") + KEYS.format("CONFIG"), "", {}),
    "the credentials file's keys before a process": (
        "[default]\n" + PROCESS.format("PROC"), "[default]\n" + KEYS.format("FILE"), {}),
    "process with quotes": (
        "[default]\n" + PROCESS.format("\"a  'b' c\"d\\ e'f  h'"), "", {}),
    "process without a shell": ("[default]\n" + PROCESS.format("$HOME~*`x`"), "", {}),
    "files elsewhere": (
        "", "", {"AWS_CONFIG_FILE": "~/other", "AWS_SHARED_CREDENTIALS_FILE": "{home}/.aws/third"}),
    "login before keys": (
        "[default]\nsso_session = my\n" + LOGIN + KEYS.format("CONFIG") + SESSION,
        "[default]\n" + KEYS.format("FILE"), {}),
    "login without a session": (
        "[default]\nsso_start_url = https://u\nsso_region = us-east-1\n" + LOGIN, "", {}),
    "a session alone is no login": (
        "[default]\nsso_session = my\n" + KEYS.format("CONFIG") + SESSION, "", {}),
    "container": ("", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{metadata}/container"}),
    "keys before a container": (
        "[default]\n" + KEYS.format("CONFIG"), "",
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{metadata}/container"}),
    "instance": ("", "", {"AWS_EC2_METADATA_DISABLED": "false"}),
    "container before instance": (
        "", "", {"AWS_EC2_METADATA_DISABLED": "false",
                 "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{metadata}/container"}),
    "role": ("[default]\nsource_profile = src\n" + ROLE.format("r") + "[profile src]\n"
             + KEYS.format("SRC"), "", {}),
    "role before keys": (
        "[default]\nsource_profile = default\n" + ROLE.format("r"),
        "[default]\n" + KEYS.format("FILE"), {}),
    "role through a role": (
        "[default]\nsource_profile = mid\n" + ROLE.format("far") + "[profile mid]\n"
        "source_profile = src\n" + ROLE.format("near") + "[profile src]\n" + PROCESS.format("P"),
        "", {}),
    "role of the container": (
        "[default]\ncredential_source = EcsContainer\n" + ROLE.format("r"), "",
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{metadata}/container"}),
    "role of the instance": (
        "[default]\ncredential_source = Ec2InstanceMetadata\n" + ROLE.format("r"), "",
        {"AWS_EC2_METADATA_DISABLED": "false"}),
    "web identity before keys": (
        "", "[default]\n" + KEYS.format("FILE"),
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_SESSION_NAME": "pod",
         "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web"}),
    "role before web identity": (
        "[default]\nsource_profile = default\n" + ROLE.format("r") + KEYS.format("CONFIG"), "",
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_SESSION_NAME": "pod",
         "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web"}),
    "web identity of the profile": (
        "[default]\nweb_identity_token_file = {home}/token\n" + ROLE.format("web"), "", {}),
    "web identity of the source": (
        "[default]\nsource_profile = web\n" + ROLE.format("r") + "[profile web]\n"
        "web_identity_token_file = {home}/token\n" + ROLE.format("web"), "", {}),
    "endpoint of the profile": (
        "[default]\nendpoint_url = http://all.example/x\n" + KEYS.format("K"), "", {}),
    "endpoint of the service": (
        "[default]\nendpoint_url = http://all.example\nservices = mine\n" + KEYS.format("K")
        + "[services mine]\ns3 =\n  endpoint_url = http://s3.example:1\n", "", {}),
    "endpoint of the environment": (
        "[default]\nservices = mine\n" + KEYS.format("K")
        + "[services mine]\ns3 =\n  endpoint_url = http://s3.example\n", "",
        {"AWS_ENDPOINT_URL": "http://env.example"}),
    "no endpoint": (
        "[default]\nendpoint_url = http://all.example\n" + KEYS.format("K"), "",
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
}
WITHOUT = {
    "nothing": ("", "", {}),
    "no such profile": ("[default]\n" + KEYS.format("K"), "", {"AWS_PROFILE": "none"}),
    "half a pair": ("[default]\naws_access_key_id = x\n", "", {}),
    "half a pair in the environment": ("", "", {"AWS_ACCESS_KEY_ID": "x"}),
    "a circle": ("[default]\nsource_profile = b\n" + ROLE.format("a") + "[profile b]\n"
                 "source_profile = default\n" + ROLE.format("b"), "", {}),
    "no source": ("[default]\n" + ROLE.format("a"), "", {}),
    "an unknown source": ("[default]\nsource_profile = x\n" + ROLE.format("a"), "", {}),
    "a process that fails": ("[default]\ncredential_process = false\n" + KEYS.format("K"), "", {}),
    "a wrong version": ("[default]\n" + PROCESS.format("x").replace("1", "2"), "", {}),
    "a line that is none": ("[default]\nregion\n" + KEYS.format("K"), "", {}),
    "a host that must not be told": (
        "", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://any.example/x"}),
    "an open quote": ("[default]\ncredential_process = echo 'x\n", "", {}),
}


@pytest.fixture(scope="module")
def moto():
    with credential_servers.moto() as url:
        yield url


@pytest.fixture(scope="module")
def metadata():
    with credential_servers.metadata() as server:
        yield server


@pytest.fixture
def home(tmp_path, moto, metadata):
    home = Home(tmp_path)
    home.log_in("my", TOKEN_OF_LOGIN, in_an_hour())
    home.log_in("https://u", TOKEN_OF_LOGIN, in_an_hour())
    (tmp_path / "token").write_text("a.b.c")
    (tmp_path / "other").write_text("[default]\nregion = elsewhere-1\n")
    home.write("third", "[default]\n" + KEYS.format("THIRD"))
    home.env |= {"AWS_ENDPOINT_URL_STS": moto, "AWS_ENDPOINT_URL_SSO": metadata.url,
                 "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url,
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN_OF_CONTAINER}
    return home


def prepare(home, case, metadata):
    config, credentials, env = case
    places = {"home": home.folder, "metadata": metadata.url}
    home.write("config", config.replace("{home}", str(home.folder)))
    home.write("credentials", credentials)
    home.env |= {name: value.format(**places) for name, value in env.items()}
    if "\nregion" not in config.lower().replace(" ", ""):  # botocore assumes no role without
        home.env["AWS_DEFAULT_REGION"] = "us-west-2"


def who(access_key_id, arn):
    """Temporary keys differ each time: what STS takes them for says whose they are, and of others
    the number which the server gave."""
    if access_key_id.startswith("ASIA"):
        return arn()
    return access_key_id.rstrip("0123456789")


def by_botocore(home):
    cache = str(home.aws / "sso/cache")  # botocore looks for it once, when it is loaded
    with mock.patch.dict(os.environ, home.env, clear=True), \
            mock.patch.object(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache), \
            mock.patch.object(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache):
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        session.set_config_variable("metadata_service_num_attempts", 1)
        found = session.get_credentials()
        if found is None:
            raise LookupError("botocore finds none")
        region = session.get_config_variable("region") or "eu-north-1"
        endpoint = session.create_client("s3", region_name=region).meta.endpoint_url
        sts = session.create_client("sts", region_name=region)
        return who(found.get_frozen_credentials().access_key,
                   lambda: sts.get_caller_identity()["Arn"]), region, endpoint


def by_varve(home):
    found, place = home.find("get", "place s3")
    assert "error" not in found, found
    return (who(found["id"], lambda: home.find("identity")[0]["arn"]), place["region"],
            place["endpoint"])


@pytest.mark.parametrize("name", CASES)
def test_both_find_the_same(home, metadata, name):
    prepare(home, CASES[name], metadata)
    assert by_varve(home) == by_botocore(home)


@pytest.mark.parametrize("name", WITHOUT)
def test_both_find_nothing(home, metadata, name):
    prepare(home, WITHOUT[name], metadata)
    with pytest.raises(Exception):  # noqa: B017 - botocore's many kinds
        by_botocore(home)
    assert home.get()["code"] in ("permission", "invalid_argument", "corrupt")
