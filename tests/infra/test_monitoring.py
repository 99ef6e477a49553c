"""Documents, dashboard and alert rules speak of metrics that exist, and of sections that exist."""

import json
import re
import shutil
import subprocess

import pytest
from conftest import ROOT, run_varve
from harness import Pipeline, Running, numbered, put, wait_until

METRICS_PAGE = ROOT / "docs/reference/metrics.md"
OPERATING_PAGE = ROOT / "docs/operating.md"
DASHBOARD = ROOT / "infra/grafana/varve.json"
ALERTS = ROOT / "infra/prometheus/alerts.yml"

NAME = re.compile(r"\bvarve_[a-z_]+")
SELECTOR = re.compile(r"\b(varve_[a-z_]+)\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|without) ?\(([^)]*)\)")
SCRAPED = {"job", "instance", "le"}  # labels that Prometheus or a histogram adds


def table_rows(text):
    return [line for line in text.splitlines() if line.startswith("| `varve_")]


@pytest.fixture(scope="module")
def catalog():
    """Series name -> its labels; a histogram is three series."""
    series = {}
    for row in table_rows(run_varve("metrics").stdout):
        name, kind, labels, _ = [cell.strip() for cell in row.strip("|").split("|", 3)]
        name, labels = name.strip("`"), set(re.findall(r"`(\w+)`", labels))
        ends = ["_bucket", "_count", "_sum"] if kind == "histogram" else [""]
        series.update({name + end: labels for end in ends})
    assert len(series) > 10
    return series


@pytest.fixture(scope="module")
def rules():
    """The alert rules. Debian's YAML reader, as the virtual environment has none."""
    script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    read = subprocess.run(["/usr/bin/python3", "-c", script], input=ALERTS.read_text(), text=True,
                          capture_output=True, check=True)
    (group,) = json.loads(read.stdout)["groups"]
    return group["rules"]


def check_expression(expression, catalog):
    selected = {name for name, _ in SELECTOR.findall(expression)}
    known = {label for labels in catalog.values() for label in labels} | SCRAPED
    for name in NAME.findall(re.sub(r'"[^"]*"', "", expression)):
        assert name in catalog, f"{name} is no metric: {expression}"
        selected.add(name)
    for name, matchers in SELECTOR.findall(expression):
        labels = set(re.findall(r"(\w+) ?(?:=~|!~|!=|=)", matchers))
        assert labels <= catalog[name] | SCRAPED, f"{name} has no such label: {expression}"
    for labels in GROUPING.findall(expression):
        assert {label.strip() for label in labels.split(",")} <= known, expression
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing), expression
    return selected


def sections(page):
    """Anchors as renderers of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_page_is_the_catalog():
    assert table_rows(METRICS_PAGE.read_text()) == table_rows(run_varve("metrics").stdout)


def test_code_names_metrics_in_the_catalog_only():
    allowed = ROOT / "src/pipeline/metric_catalog.h"
    paths = [path for folder in ("pipeline", "workflow", "adapters", "cli")
             for path in sorted((ROOT / "src" / folder).rglob("*.[ch]*"))]
    assert allowed in paths
    for path in paths:
        if path != allowed and not path.name.endswith("_test.cc"):
            assert not re.findall(r'"varve_\w+"', path.read_text()), path


def test_what_a_run_exports(tmp_path, catalog):
    pipeline = Pipeline(tmp_path, "--max-wait", "0")
    with Running(pipeline) as running:
        _, before = running.get("/metrics")
        put(pipeline.input, "a.ndjson", numbered("a", 3))
        wait_until(lambda: 'varve_rows_total{pipeline="main"} 3' in running.get("/metrics")[1],
                   "the rows are counted")
        _, text = running.get("/metrics")
    for name, matchers in re.findall(r"^(\w+)\{([^}]*)\}", text, re.M):
        assert name in catalog
        assert set(re.findall(r'(\w+)="', matchers)) - {"le"} == catalog[name], name
    assert set(catalog) == set(re.findall(r"^(\w+)\{", text, re.M))
    families = re.findall(r"^# HELP (\w+) (.+)\n# TYPE \1 (\w+)$", text, re.M)
    assert len(families) == len(table_rows(METRICS_PAGE.read_text()))
    for name, meaning, kind in families:
        (row,) = [row for row in table_rows(METRICS_PAGE.read_text()) if f"| `{name}` |" in row]
        assert f"| {kind} |" in row and meaning in row.replace("`", ""), name
    # Every reason is counted from 0 and explained.
    reasons = set(re.findall(r'varve_failures_total\{.*reason="(\w+)"\} 0', before))
    explained = METRICS_PAGE.read_text().split("| `reason` |")[1]
    assert reasons == {name for row in explained.splitlines() if row.startswith("| `")
                       for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_the_dashboard(catalog):
    dashboard = json.loads(DASHBOARD.read_text())
    expressions = [target["expr"] for panel in dashboard["panels"]
                   for target in panel.get("targets", [])]
    expressions += [variable["definition"] for variable in dashboard["templating"]["list"]
                    if variable["type"] == "query"]
    shown = set().union(*(check_expression(text, catalog) for text in expressions))
    assert {name for name in catalog if not name.endswith(("_count", "_sum"))} <= shown
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for panel in dashboard["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


def test_alert_rules(catalog, rules):
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    places = sections(OPERATING_PAGE)
    for rule in rules:
        assert check_expression(rule["expr"], catalog) or rule["expr"].startswith("up{"), rule
        assert rule["labels"]["severity"] in {"critical", "warning"}
        notes = rule["annotations"]
        assert notes["summary"] and notes["description"]
        page, _, section = notes["runbook_url"].partition("#")
        assert ROOT / page == OPERATING_PAGE and section == rule["alert"].lower()
        assert section in places, f"docs/operating.md has no section {rule['alert']}"


def test_every_alert_section_is_of_a_rule(rules):
    documented = set(re.findall(r"^### (Varve\w+)$", OPERATING_PAGE.read_text(), re.M))
    assert documented == {rule["alert"] for rule in rules}


def test_promtool_agrees():
    """Debian's package of it starts a server and weighs 100 MB, so it is used where it is there."""
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("no promtool here; the rules were checked by the tests above")
    subprocess.run([promtool, "check", "rules", ALERTS], check=True, capture_output=True)
    subprocess.run([promtool, "test", "rules", ALERTS.with_name("alerts_test.yml")], check=True,
                   capture_output=True)
