"""Each alarm leads to a section that says what to do, and each section is of an alarm."""

import re

from conftest import ROOT
from stack import resources, sections

PLAYBOOK = ROOT / "docs/aws/playbook.md"


def alarms():
    return {name.removesuffix("Alarm"): resource["Properties"]
            for name, resource in resources("AWS::CloudWatch::Alarm").items()}


def test_every_alarm_has_its_section():
    found = alarms()
    assert len(found) >= 8
    documented = set(re.findall(r"^### (\w+)$", PLAYBOOK.read_text(), re.M))
    assert documented == set(found)
    for name, alarm in found.items():
        assert alarm["AlarmName"] == {"Fn::Sub": "varve-${Pipeline}-" + name}
        page, _, section = alarm["AlarmDescription"].split("See ")[1].partition("#")
        assert ROOT / page == PLAYBOOK
        assert section == name.lower() and section in sections(PLAYBOOK)


def test_every_alarm_tells_people_when_it_begins_and_when_it_ends():
    for alarm in alarms().values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlertTopic"}]


def test_the_dashboard_shows_every_alarm():
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    body = dashboard["Properties"]["DashboardBody"]["Fn::Sub"]
    assert set(re.findall(r":alarm:varve-\$\{Pipeline\}-(\w+)", body)) == set(alarms())


def test_sums_leave_nothing_out():
    """Errors and throttles are counted of all functions, the table's of all its indexes."""
    functions = set(resources("AWS::Lambda::Function"))
    for name in ("FunctionErrors", "FunctionThrottles"):
        metrics = [query["MetricStat"]["Metric"] for query in alarms()[name]["Metrics"]
                   if "MetricStat" in query]
        assert {metric["Dimensions"][0]["Value"]["Ref"] for metric in metrics} == functions
    (table,) = resources("AWS::DynamoDB::Table").values()
    indexes = {index["IndexName"] for index in table["Properties"]["GlobalSecondaryIndexes"]}
    counted = [query["MetricStat"]["Metric"] for query in alarms()["TableThrottles"]["Metrics"]
               if "MetricStat" in query]
    for kind in ("ReadThrottleEvents", "WriteThrottleEvents"):
        named = [{dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
                 for metric in counted if metric["MetricName"] == kind]
        assert {dimensions.get("GlobalSecondaryIndexName") for dimensions in named} == indexes | {None}
