"""A home with profiles, and what varve's chain of credentials finds there."""

import datetime
import hashlib
import json
import os
import pathlib
import subprocess

from conftest import BINARY

PROGRAM = BINARY.parent / "tests/aws/find_credentials"


class Home:
    """`env` is what a program that runs here knows of its surroundings."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.aws = self.folder / ".aws"
        self.aws.mkdir()
        self.env = {"HOME": str(folder), "PATH": os.environ["PATH"],
                    "AWS_EC2_METADATA_DISABLED": "true"}

    def write(self, name, text):
        (self.aws / name).write_text(text)

    def log_in(self, key, token, expires):
        """As `aws sso login` leaves it."""
        cache = self.aws / "sso/cache"
        cache.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha1(key.encode()).hexdigest()
        (cache / f"{name}.json").write_text(json.dumps(
            {"accessToken": token, "region": "us-east-1",
             "expiresAt": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}))

    def find(self, *commands, **env):
        """The answers to commands of find_credentials.cc, which are run one after the other."""
        done = subprocess.run(
            [PROGRAM], input="\n".join(commands) + "\n", capture_output=True, text=True,
            timeout=60, check=True, env={**self.env, **env})
        return [json.loads(line) for line in done.stdout.splitlines()]

    def get(self, **env):
        [found] = self.find("get", **env)
        return found


def in_an_hour():
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
