"""The zip of the functions: small, whole, and quick to start."""

import http.server
import os
import resource
import subprocess
import threading
import zipfile

import pytest
from bench import BINARY, ROOT, bench, emulator, process, wait_until
from function_call import invoke
from s3_servers import answers, free_port

BYTES_MAX = 15_000_000


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "varve-lambda.zip"
    subprocess.run([ROOT / "scripts/lambda_zip.sh", path], check=True, capture_output=True,
                   env={**os.environ, "VARVE_BIN": str(BINARY)})
    return path


def unpack(package, root):
    with zipfile.ZipFile(package) as archive:
        for entry in archive.infolist():
            path = archive.extract(entry, root / "var/task")
            os.chmod(path, entry.external_attr >> 16)


def test_it_is_small(package):
    assert package.stat().st_size < BYTES_MAX


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the root directory")
def test_it_runs_where_there_is_nothing_else(package, tmp_path):
    """In an empty root: no shell, no C library, no certificates."""
    root = tmp_path / "root"
    unpack(package, root)
    for folder in ["tmp", "dev"]:
        (root / folder).mkdir()
    (root / "dev/null").touch()  # the emulator's wish, not ours
    (root / "rie").write_bytes(emulator().read_bytes())
    (root / "rie").chmod(0o755)
    address = f"127.0.0.1:{free_port()}"
    with bench(tmp_path) as up:
        command = ["chroot", root, "/rie", "--runtime-interface-emulator-address", address,
                   "--runtime-api-address", f"127.0.0.1:{free_port()}", "/var/task/bootstrap",
                   "sweeper"]
        with process(command, tmp_path / "chroot.log", **up.environment()):
            wait_until(lambda: answers(f"http://{address}/"), "the function")
            answer, failed = invoke(address, {})
    assert not failed, answer
    assert answer == {"taken_over": 0, "flushed": 0}


class RefusingApi(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_the_first_poll_comes_soon(record_property):
    """CPU time of a process that is refused its first event; a figure to look at, not to pass."""
    server = http.server.HTTPServer(("127.0.0.1", 0), RefusingApi)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
                "VARVE_PIPELINE": "orders", "VARVE_STATE": "dynamodb://t",
                "VARVE_INPUT": "s3://in", "VARVE_OUTPUT": "s3://out", "VARVE_MANIFESTS": "s3://m"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([BINARY, "lambda", "manifest-builder"], env={**os.environ, **settings},
                          capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    server.shutdown()
    assert "the runtime API answered 500" in done.stderr
    cpu_ms = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    record_property("cpu_ms", cpu_ms)
    print(f"{cpu_ms:.1f} ms of CPU to the first poll")
