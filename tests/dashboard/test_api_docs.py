"""docs/reference/dashboard-api.md says what the server does."""

import json
import re
import urllib.error
import urllib.request

from conftest import ROOT
from harness import Pipeline, Running, put, wait_until

REFERENCE = ROOT / "docs/reference/dashboard-api.md"
ROUTES = ROOT / "src/dashboard/api.cc"


def documented():
    """{(method, name): ({parameters}, {members})} of the reference's sections."""
    routes = {}
    for section in re.split(r"^## ", REFERENCE.read_text(), flags=re.M)[1:]:
        found = re.match(r"`(GET|POST) /api/v1/([a-z-]+)`", section)
        if not found:
            continue
        parameters = set(re.findall(r"^\| `([a-z]+)` \|", section, re.M))
        members = set(re.findall(r"^- `([a-z_0-9]+)`", section, re.M))
        routes[found[1], found[2]] = parameters, members
    return routes


def coded():
    table = re.findall(r'\{"(GET|POST)", "([a-z-]+)", "([a-z ]*)", &Api::', ROUTES.read_text())
    return {(method, name): set(parameters.split()) for method, name, parameters in table}


def test_every_route_and_parameter_is_documented():
    described = {route: parameters for route, (parameters, _) in documented().items()
                 if route[1] != "session"}
    assert described == coded()


def test_answers_have_the_documented_members(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "0")
    put(pipeline.input, "a.ndjson", '{"n": 1}\nbad\n')
    with Running(pipeline) as running:
        wait_until(lambda: pipeline.count("completed") == 1, "the file is converted")
        (batch,) = pipeline.json_lines("batches")
        queries = {"file": "?key=a.ndjson", "batch": f"?id={batch['batch']}"}
        for (method, name), (_, members) in documented().items():
            if method == "GET":
                status, text = running.get(f"/api/v1/{name}{queries.get(name, '')}")
                assert status == 200, (name, text)
                assert set(json.loads(text)) == members, name


def test_a_change_by_a_script_as_documented(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "0")
    with Running(pipeline) as running:
        base = f"http://{running.address}"
        token = json.loads(running.get("/api/v1/session")[1])["change_token"]
        request = urllib.request.Request(
            base + "/api/v1/retry", b'{"all": true}', method="POST",
            headers={"Content-Type": "application/json", "Origin": base, "X-Varve-Token": token})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer) == {"pipeline": "main", "retried": 0}
        request.remove_header("X-varve-token")
        try:
            urllib.request.urlopen(request, timeout=10)
            raise AssertionError("a change without the token")
        except urllib.error.HTTPError as refused:
            assert refused.code == 403
            assert json.load(refused)["error"]["code"] == "change_token"
