"""A proxy before a server of AWS's protocols: counts the requests, and does to some what networks and
busy services do.

`proxy.fault` is asked about each request and names what becomes of it:

- None: it is passed on, and so is its answer
- "reset": the connection breaks before the server sees the request
- "lost": … after the server has done what was asked; its answer is lost
- "truncated": half of the answer's body arrives, then the connection ends
- "delayed": the answer comes late
- "500", "503", "throttled", "expired": the server is not asked; this is the answer
"""

import contextlib
import http.client
import json
import socket
import struct
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ["reset", "lost", "truncated", "delayed", "500", "503", "throttled"]
DELAY_S = 0.2
# Status, S3's code, and that of the services that speak JSON.
REFUSALS = {"500": (500, "InternalError", "InternalServerError"),
            "503": (503, "ServiceUnavailable", "ServiceUnavailable"),
            "throttled": (503, "SlowDown", "ThrottlingException"),
            "expired": (400, "ExpiredToken", "ExpiredTokenException")}


class Request:
    def __init__(self, number, method, target, headers):
        path, _, query = target.partition("?")
        self.number, self.method, self.path = number, method, urllib.parse.unquote(path)
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.action = headers.get("X-Amz-Target", "").rpartition(".")[2]  # of DynamoDB, SQS and such

    def __repr__(self):
        return self.action or f"{self.method} {self.path}?{'&'.join(self.query)}"


def every(number, fault):
    """That fault to each request of that number."""
    return lambda request: fault if request.number % number == 0 else None


def first(fault, matches):
    """That fault to the first request of those that match."""
    left = [fault]
    lock = threading.Lock()

    def choose(request):
        with lock:
            return left.pop() if left and matches(request) else None
    return choose


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = None

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = self.server.note(self.command, self.path, self.headers)
        fault = self.server.fault(request)
        if fault in REFUSALS:
            self.refuse(*REFUSALS[fault], is_json=bool(request.action))
            return
        if fault == "reset":
            self.reset()
            return
        status, headers, content = self.ask(body)
        if fault == "lost":
            self.reset()
            return
        if fault == "delayed":
            time.sleep(DELAY_S)
        self.answer(status, headers, content, cut=fault == "truncated")

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = relay

    def ask(self, body):
        if self.upstream is None:
            self.upstream = http.client.HTTPConnection(self.server.target, timeout=60)
        for is_last in (False, True):
            try:
                self.upstream.putrequest(self.command, self.path, skip_host=True,
                                         skip_accept_encoding=True)
                for name, value in self.headers.items():
                    self.upstream.putheader(name, value)
                self.upstream.endheaders(body)
                response = self.upstream.getresponse()
                return response.status, response.getheaders(), response.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.upstream.close()  # it had been idle for too long
                if is_last:
                    raise

    def answer(self, status, headers, content, cut=False):
        self.send_response_only(status)
        told = {name.lower() for name, _ in headers}
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        if "content-length" not in told:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:len(content) // 2] if cut else content)
        if cut:
            self.reset()

    def refuse(self, status, code, json_code, is_json):
        text = (json.dumps({"__type": json_code, "message": "on purpose"}) if is_json else
                f"<Error><Code>{code}</Code><Message>on purpose</Message></Error>")
        content = b"" if self.command == "HEAD" else text.encode()
        self.answer(status, [("Content-Length", str(len(content)))], content)

    def reset(self):
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()
        if self.upstream is not None:
            self.upstream.close()

    def log_message(self, *_):
        pass


class FaultProxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, url):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target = urllib.parse.urlsplit(url).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requests, self.lock = [], threading.Lock()
        self.fault = lambda request: None

    def note(self, method, target, headers):
        with self.lock:
            request = Request(len(self.requests) + 1, method, target, headers)
            self.requests.append(request)
            return request

    def shutdown_request(self, request):
        self.close_request(request)  # without a polite end, which a reset is not

    def handle_error(self, request, client_address):
        pass  # clients end connections as they like


@contextlib.contextmanager
def proxy(url):
    with FaultProxy(url) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
