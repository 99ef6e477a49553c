"""Alarms that add up metrics leave none out, and people see all alarms begin and end."""

import re

import pytest
from infra_template import load_template, of_type


@pytest.fixture(scope="module", name="template")
def read_template():
    return load_template()


@pytest.fixture(scope="module", name="alarms")
def alarms_by_name(template):
    return {name.removesuffix("Alarm"): alarm
            for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items()}


def added(alarm):
    return [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]


def test_errors_and_throttles_are_those_of_all_functions(template, alarms):
    functions = set(of_type(template, "AWS::Lambda::Function"))
    for name in ("FunctionErrors", "FunctionThrottles"):
        assert {metric["Dimensions"][0]["Value"]["Ref"] for metric in added(alarms[name])} == functions


def test_the_table_s_throttles_are_those_of_its_indexes_too(template, alarms):
    (table,) = of_type(template, "AWS::DynamoDB::Table").values()
    indexes = {index["IndexName"] for index in table["GlobalSecondaryIndexes"]}
    for kind in ("ReadThrottleEvents", "WriteThrottleEvents"):
        counted = [{dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
                   for metric in added(alarms["TableThrottles"]) if metric["MetricName"] == kind]
        assert {one.get("GlobalSecondaryIndexName") for one in counted} == indexes | {None}


def test_a_metric_that_was_never_measured_counts_as_zero(alarms):
    """A function that was not invoked has no errors, and no data either."""
    totals = [query["Expression"] for alarm in alarms.values() for query in alarm.get("Metrics", [])
              if "Expression" in query]
    assert totals == ["SUM(FILL(METRICS(), 0))"] * 4


def test_people_see_an_alarm_begin_and_end(template, alarms):
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlertTopic"}]
        assert alarm["AlarmName"] == {"Fn::Sub": "varve-${Pipeline}-" + name}
    (dashboard,) = of_type(template, "AWS::CloudWatch::Dashboard").values()
    shown = re.findall(r":alarm:varve-\$\{Pipeline\}-(\w+)", dashboard["DashboardBody"]["Fn::Sub"])
    assert sorted(shown) == sorted(alarms)
