"""The template and the state machine agree with the documents, with each other, and with good sense."""

import copy
import re

import pytest
from conftest import ROOT
from infra_template import (TEMPLATE, load_template, load_workflow, of_type, statements,
                            workflow_problems)

CONTRACT = ROOT / "docs/internals/aws.md"
CONFIG = ROOT / "docs/reference/config.md"
PLAYBOOK = ROOT / "docs/aws/playbook.md"
COMPONENTS = ROOT / "docs/aws/components.md"
CATALOG = ROOT / "src/pipeline/metric_catalog.h"
RETRYABLE = {"throttled", "io", "Lambda.ServiceException", "Lambda.AWSLambdaException",
             "Lambda.SdkClientException", "Lambda.TooManyRequestsException", "Lambda.Unknown",
             "States.Timeout"}


@pytest.fixture(scope="module")
def template():
    return load_template()


@pytest.fixture(name="workflow")
def fresh_workflow():
    return load_workflow()


def environment(function):
    return function["Environment"]["Variables"]


def as_list(value):
    return value if isinstance(value, list) else [value]


def allowed(template, role):
    """The actions that a role's own policies allow."""
    return {action for name, statement in statements(template)
            if name == role and statement["Effect"] == "Allow"
            for action in as_list(statement["Action"])}


# ---- The state machine


def test_the_graph_is_whole(workflow):
    assert workflow_problems(workflow) == []


@pytest.mark.parametrize("damage, problem", [
    (lambda states: states["Begin"].update(Next="ChoseEngine"), "Begin leads to ChoseEngine"),
    (lambda states: states["Commit"]["Catch"][0].update(Next="Gone"), "Commit leads to Gone"),
    (lambda states: states["ChooseEngine"]["Choices"][0].update(Next="X"), "ChooseEngine leads to X"),
    (lambda states: states["ChooseEngine"].update(Default="X"), "ChooseEngine leads to X"),
    (lambda states: states["Commit"].pop("Next"), "Done is never reached"),
    (lambda states: states["Fail"].update(Catch=[]), "AlertDirectly is never reached"),
])
def test_a_damaged_graph_is_found(workflow, damage, problem):
    damage(workflow["States"])
    assert any(problem in found for found in workflow_problems(workflow))


def test_a_task_has_a_timeout_retries_with_jitter_and_a_catch(workflow):
    tasks = {name: state for name, state in workflow["States"].items() if state["Type"] == "Task"}
    assert len(tasks) == 6 and workflow["TimeoutSeconds"] > 0
    for name, task in tasks.items():
        assert task["TimeoutSeconds"] > 0, name
        for retry in task["Retry"]:
            assert retry["JitterStrategy"] == "FULL" and retry["BackoffRate"] > 1, name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
        if "lambda" in task["Resource"]:
            retried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
            assert RETRYABLE <= retried, name
            assert task["Catch"][0]["ErrorEquals"] == ["conflict"], name
            assert task["Catch"][0]["Next"] == "Superseded", name


def test_what_begin_answered_reaches_commit_and_fail(workflow):
    states = workflow["States"]
    assert states["Begin"]["OutputPath"] == "$.Payload"
    for name in ("ConvertWithLambda", "ConvertWithGlue"):
        assert states[name]["ResultPath"] is None, name
    for name in ("Begin", "ConvertWithLambda", "ConvertWithGlue", "Commit"):
        assert states[name]["Catch"][-1] == {
            "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}, name


def test_begins_engines_are_the_choices(workflow):
    source = (ROOT / "src/lambda/task_functions.cc").read_text()
    (line,) = re.findall(r'event\["engine"\] = .*;', source)
    answered = set(re.findall(r'"(\w+)"', line.split("=", 1)[1]))
    chosen = {rule["StringEquals"] for rule in workflow["States"]["ChooseEngine"]["Choices"]}
    assert answered == chosen


def test_a_function_ends_before_its_state_gives_up(template, workflow):
    for name, state in workflow["States"].items():
        reference = re.fullmatch(r"\$\{(\w+)Arn\}", state.get("Parameters", {}).get("FunctionName", ""))
        if reference:
            function = template["Resources"][reference[1] + "Function"]["Properties"]
            assert function["Timeout"] < state["TimeoutSeconds"], name


def test_every_placeholder_is_substituted(template):
    (machine,) = of_type(template, "AWS::StepFunctions::StateMachine").values()
    assert machine["DefinitionS3Location"] == "workflow.asl.json"
    placeholders = set(re.findall(r"\$\{(\w+)\}", (ROOT / "infra/workflow.asl.json").read_text()))
    assert placeholders == set(machine["DefinitionSubstitutions"])


# ---- Functions


def test_functions_are_those_of_the_contract(template):
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", CONTRACT.read_text(), re.M))
    functions = of_type(template, "AWS::Lambda::Function").values()
    assert {function["Handler"] for function in functions} == documented
    assert len(documented) == 6
    for function in functions:
        assert function["Runtime"] == "provided.al2023"
        assert function["Code"]["S3Key"] == {"Ref": "LambdaKey"}


def test_environment_variables_are_documented(template):
    contract = set(re.findall(r"`(VARVE_[A-Z_]+)`", CONTRACT.read_text()))
    keys = re.findall(r"^\| `([a-z-]+)` \|", CONFIG.read_text(), re.M)
    documented = contract | {"VARVE_" + key.upper().replace("-", "_") for key in keys}
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        assert set(environment(function)) <= documented, name


def test_a_function_may_do_what_it_is_told_of(template):
    needs = {"VARVE_STATE_MACHINE_ARN": "states:StartExecution", "VARVE_TOPIC_ARN": "sns:Publish",
             "VARVE_QUEUE_URL": "sqs:GetQueueAttributes"}
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        role = function["Role"]["Fn::GetAtt"].split(".")[0]
        for variable, action in needs.items():
            assert (variable in environment(function)) == (action in allowed(template, role)), name
        managed = template["Resources"][role]["Properties"].get("ManagedPolicyArns", [])
        assert (name != "ConvertFunction") == ({"Ref": "TableAccess"} in managed), name


def test_functions_are_told_what_none_starts_without(template):
    source = (ROOT / "src/cli/lambda_place.cc").read_text()
    needed = set(re.findall(r'Need(?:S3)?\(environment, "(VARVE_\w+)"', source))
    assert len(needed) == 5
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        assert needed <= set(environment(function)), name


def test_functions_are_told_nothing_that_the_program_does_not_read(template):
    """All but the keys of config.md, which are read by their table."""
    source = (ROOT / "src/cli/lambda_place.cc").read_text()
    keys = re.findall(r"^\| `([a-z-]+)` \|", CONFIG.read_text(), re.M)
    read = set(re.findall(r'"(VARVE_\w+)"', source))
    read |= {"VARVE_" + key.upper().replace("-", "_") for key in keys}
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        assert set(environment(function)) <= read, name


def test_versions_can_be_told_apart(template):
    """Without the bucket's versioning a function would name files by their ETag, others by version."""
    roles = [function["Role"]["Fn::GetAtt"].split(".")[0]
             for function in of_type(template, "AWS::Lambda::Function").values()]
    for role in roles:
        actions = allowed(template, role)
        assert {"s3:ListBucket", "s3:GetBucketVersioning", "s3:GetObjectVersion"} <= actions, role


# ---- The queue and the table


def test_a_message_stays_hidden_while_it_is_worked_on(template):
    queue = template["Resources"]["EventQueue"]["Properties"]
    mapping = template["Resources"]["ManifestBuilderEvents"]["Properties"]
    builder = template["Resources"]["ManifestBuilderFunction"]["Properties"]
    window = mapping["MaximumBatchingWindowInSeconds"]
    assert queue["VisibilityTimeout"] >= 6 * builder["Timeout"] + window
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert template["Resources"]["DeadLetterQueue"]["Properties"]["MessageRetentionPeriod"] == 14 * 86400


def test_the_queue_takes_events_of_this_bucket_only(template):
    (allow,) = [statement for name, statement in statements(template)
                if name == "EventQueuePolicy" and statement["Effect"] == "Allow"]
    bucket = template["Resources"]["InputBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    source = allow["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source == "arn:${AWS::Partition}:s3:::" + bucket
    assert allow["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_table_keys_agree_with_the_documents(template):
    table = template["Resources"]["Table"]["Properties"]
    keys = {"": table["KeySchema"]}
    keys.update({index["IndexName"]: index["KeySchema"]
                 for index in table["GlobalSecondaryIndexes"]})
    documented = re.findall(r"^\| (?:the table|`(\w+)`) \| `(\w+)` \| `(\w+)` \|",
                            COMPONENTS.read_text(), re.M)
    assert {name: [key["AttributeName"] for key in schema] for name, schema in keys.items()} == {
        name: [partition, sort] for name, partition, sort in documented}
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
    for index in table["GlobalSecondaryIndexes"]:
        assert index["Projection"] == {"ProjectionType": "ALL"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


# ---- Safety


def test_no_policy_allows_everything(template):
    lines = TEMPLATE.read_text().splitlines()
    for name, statement in statements(template):
        if statement["Effect"] == "Deny":
            continue
        assert "*" not in as_list(statement["Action"]), name
        in_key_policy = name == "AlertKey"
        for action in as_list(statement["Action"]):
            assert not action.endswith(":*") or in_key_policy, (name, action)
        assert statement.get("Principal") != "*", name
    # Wherever a star stands alone, the same line says why.
    for number, line in enumerate(lines, 1):
        if re.search(r"(Resource|Principal|Action): '([a-z0-9]+:)?\*'", line):
            assert re.search(r"  # \S", line), f"infra/template.yaml:{number} explains no '*'"


def test_an_unexplained_star_is_found(template):
    damaged = copy.deepcopy(template)
    policy = damaged["Resources"]["TableAccess"]["Properties"]["PolicyDocument"]
    policy["Statement"][0]["Action"] = "*"
    with pytest.raises(AssertionError, match="TableAccess"):
        test_no_policy_allows_everything(damaged)


def test_buckets_are_closed_encrypted_versioned_and_tidied(template):
    buckets = of_type(template, "AWS::S3::Bucket")
    policies = of_type(template, "AWS::S3::BucketPolicy")
    assert len(buckets) == 3
    for name, bucket in buckets.items():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert bucket["BucketEncryption"], name
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in rules), name
        (policy,) = [policy for policy in policies.values() if policy["Bucket"] == {"Ref": name}]
        (deny,) = policy["PolicyDocument"]["Statement"]
        assert deny["Effect"] == "Deny", name
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, name
    staging = [rule for rule in buckets["OutputBucket"]["LifecycleConfiguration"]["Rules"]
               if rule.get("Prefix") == "_varve/staging/"]
    assert staging and staging[0]["ExpirationInDays"] > 0


def test_one_role_a_component(template):
    roles = [function["Role"]["Fn::GetAtt"] for function in
             of_type(template, "AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == 6


def test_every_finding_that_is_accepted_says_why(template):
    for name, resource in template["Resources"].items():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"]) > 20, (name, skip["id"])


# ---- Alarms


def test_each_alarm_has_its_section_in_the_playbook(template):
    sections = set(re.findall(r"^## (\w+)$", PLAYBOOK.read_text(), re.M))
    names = set()
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        short = alarm["AlarmName"]["Fn::Sub"].removeprefix("varve-${Pipeline}-")
        assert name == short + "Alarm"
        assert f"docs/aws/playbook.md#{short.lower()}" in alarm["AlarmDescription"]
        assert alarm["AlarmActions"] == [{"Ref": "AlertTopic"}]
        names.add(short)
    assert names == sections


def test_varves_metrics_are_in_the_catalog(template):
    catalog = set(re.findall(r'"(varve_\w+)"', CATALOG.read_text()))
    named = {alarm["MetricName"] for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
             if alarm.get("Namespace") == "varve"}
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    named |= set(re.findall(r'\["varve", "(\w+)"', body))
    assert len(named) > 5 and named <= catalog
