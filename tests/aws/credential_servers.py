"""Whom the chain of credentials asks, for tests.

- moto as STS, IAM and S3; `verifying` makes it check signatures and policies.
- A server that speaks the protocols of the instance metadata service (version 2), of containers and
  of IAM Identity Center's portal as AWS documents them, and refuses what they would refuse. None of
  them can be had outside of AWS.
"""

import contextlib
import datetime
import http.server
import json
import sys
import threading
import urllib.parse
import urllib.request

import s3_servers

TOKEN_OF_INSTANCE = "instance-session"
TOKEN_OF_CONTAINER = "container-token"
TOKEN_OF_LOGIN = "login-token"
ROLE = "my role"
LIFE_S = 3600


@contextlib.contextmanager
def moto():
    """Gives the server's address."""
    url = f"http://127.0.0.1:{s3_servers.free_port()}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", url.rpartition(":")[2]]
    with s3_servers.running(command, url, {}):
        yield url


@contextlib.contextmanager
def verifying(url):
    """moto at `url` checks signatures and policies meanwhile."""
    set_unchecked_requests(url, 0)
    try:
        yield
    finally:
        set_unchecked_requests(url, float("inf"))


def set_unchecked_requests(url, count):
    request = urllib.request.Request(f"{url}/moto-api/reset-auth", data=str(count).encode(),
                                     headers={"Content-Type": "text/plain"})
    with urllib.request.urlopen(request, timeout=30):
        pass


class Metadata(http.server.BaseHTTPRequestHandler):
    """Each answer has other credentials: the key is the prefix of the kind and a number."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):  # noqa: N802
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/latest/api/token":
            return self.answer(404)
        if not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
            return self.answer(400)
        return self.answer(200, TOKEN_OF_INSTANCE)

    def do_GET(self):  # noqa: N802
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith("/latest/"):
            return self.answer_instance(urllib.parse.unquote(url.path))
        if url.path == "/container":
            return self.answer_container()
        if url.path == "/federation/credentials":
            return self.answer_login(urllib.parse.parse_qs(url.query))
        return self.answer(404)

    def answer_instance(self, path):
        if self.headers.get("X-aws-ec2-metadata-token") != TOKEN_OF_INSTANCE:
            return self.answer(401)
        folder = "/latest/meta-data/iam/security-credentials/"
        if path == folder:
            return self.answer(200, ROLE) if self.server.has_role else self.answer(404)
        if path != folder + ROLE:
            return self.answer(404)
        return self.answer(200, {"Code": "Success", "Type": "AWS-HMAC", **self.keys("INSTANCE")})

    def answer_container(self):
        if self.headers.get("Authorization") != TOKEN_OF_CONTAINER:
            return self.answer(403, {"code": "AccessDenied", "message": "another token"})
        return self.answer(200, {"RoleArn": "r", **self.keys("CONTAINER")})

    def answer_login(self, query):
        if self.headers.get("x-amz-sso_bearer_token") != TOKEN_OF_LOGIN:
            return self.answer(401, {"message": "Session token not found or invalid"},
                               {"x-amzn-ErrorType": "UnauthorizedException"})
        if query != {"account_id": ["123456789012"], "role_name": ["reader"]}:
            return self.answer(404, {"message": "no such role"},
                               {"x-amzn-ErrorType": "ResourceNotFoundException"})
        keys = self.keys("LOGIN")
        expires = datetime.datetime.fromisoformat(keys["Expiration"])
        return self.answer(200, {"roleCredentials": {
            "accessKeyId": keys["AccessKeyId"], "secretAccessKey": keys["SecretAccessKey"],
            "sessionToken": keys["Token"], "expiration": int(expires.timestamp() * 1000)}})

    def keys(self, prefix):
        self.server.given += 1
        expires = (datetime.datetime.now(datetime.timezone.utc)
                   + datetime.timedelta(seconds=LIFE_S)).replace(microsecond=0)
        return {"AccessKeyId": f"{prefix}{self.server.given}", "SecretAccessKey": "secret",
                "Token": "token", "Expiration": expires.isoformat().replace("+00:00", "Z")}

    def answer(self, status, body="", headers=()):
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):  # noqa: A002
        pass


class MetadataServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Metadata)
        self.given = 0
        self.has_role = True

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


@contextlib.contextmanager
def metadata():
    server = MetadataServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
