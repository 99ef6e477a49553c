"""The template keeps the contract of docs/internals/aws.md, and what its own numbers promise."""

import re

import pytest
from conftest import ROOT
from stack import FUNCTIONS, TEMPLATE, properties, resources, template, texts

CONTRACT = (ROOT / "docs/internals/aws.md").read_text()
CONFIG = (ROOT / "docs/reference/config.md").read_text()
COMPONENTS = (ROOT / "docs/aws/components.md").read_text()
METRICS = (ROOT / "docs/reference/metrics.md").read_text()


def documented_variables():
    rows = re.findall(r"^\| (`VARVE_[^|]*)\|", CONTRACT, re.M)
    named = {name for row in rows for name in re.findall(r"`(VARVE_\w+)`", row)}
    keys = re.findall(r"^\| `([a-z-]+)` \|", CONFIG, re.M)
    return named | {"VARVE_" + key.upper().replace("-", "_") for key in keys}


def variables(function):
    return properties(function + "Function")["Environment"]["Variables"]


def test_the_six_functions():
    found = resources("AWS::Lambda::Function")
    assert set(found) == {name + "Function" for name in FUNCTIONS}
    for name, handler in FUNCTIONS.items():
        function = properties(name + "Function")
        assert f"| `{handler}` |" in CONTRACT
        assert function["Handler"] == handler
        assert function["FunctionName"] == {"Fn::Sub": "varve-${Pipeline}-" + handler}
        assert (function["Runtime"], function["Architectures"]) == ("provided.al2023", ["x86_64"])
    assert properties("ConvertFunction")["EphemeralStorage"] == {"Size": 10240}
    assert properties("ConvertFunction")["Timeout"] == 900


@pytest.mark.parametrize("function", FUNCTIONS)
def test_variables_are_documented(function):
    assert set(variables(function)) <= documented_variables()
    assert "VARVE_PIPELINE" in variables(function)


def test_every_documented_variable_is_told_to_a_function():
    told = set().union(*(variables(function) for function in FUNCTIONS))
    contract = set(re.findall(r"`(VARVE_\w+)`", CONTRACT))
    assert contract <= told


@pytest.mark.parametrize("function", FUNCTIONS)
def test_which_function_is_told_what(function):
    """docs/aws/components.md says it in a table."""
    (row,) = re.findall(rf"^\| `{FUNCTIONS[function]}` \| (.*VARVE_.*) \|$", COMPONENTS, re.M)
    common = re.search(r"^All but `convert` are told (.*?)\.$", COMPONENTS, re.M | re.S)[1]
    said = set(re.findall(r"`(VARVE_\w+)`", row))
    if function != "Convert":
        said |= set(re.findall(r"`(VARVE_\w+)`", common))
    assert said == set(variables(function))


def test_components_are_the_template_s():
    """Each part names its resources, and each resource that does something is of a part."""
    rows = re.findall(r"^\| [A-Z][^|]* \| ([^|]*) \| [^|]* \| [^|]* \|$", COMPONENTS, re.M)[1:]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(rows) > 10 and named <= set(resources())
    kinds = ("AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::Glue::Job",
             "AWS::DynamoDB::Table", "AWS::StepFunctions::StateMachine", "AWS::SNS::Topic")
    assert {name for kind in kinds for name in resources(kind)} <= named


def test_the_table_is_as_documented():
    table = properties("Table")
    documented = {name: (pk, sk) for name, pk, sk in
                  re.findall(r"^\| (?:index )?`(\w+)` \| `(\w+)` \| `(\w+)` \|", COMPONENTS, re.M)}

    def keys(schema):
        kinds = {key["KeyType"]: key["AttributeName"] for key in schema}
        return kinds["HASH"], kinds["RANGE"]

    assert documented.pop("table") == keys(table["KeySchema"])
    indexes = table["GlobalSecondaryIndexes"]
    assert documented == {index["IndexName"]: keys(index["KeySchema"]) for index in indexes}
    assert {index["Projection"]["ProjectionType"] for index in indexes} == {"ALL"}
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}


def test_a_message_is_hidden_while_it_is_worked_on():
    queue = properties("EventQueue")
    window = properties("ManifestBuilderEvents")["MaximumBatchingWindowInSeconds"]
    function = properties("ManifestBuilderFunction")["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * function + window
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert properties("DeadLetterQueue")["MessageRetentionPeriod"] == 14 * 24 * 3600
    mapping = properties("ManifestBuilderEvents")
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_buckets_are_closed():
    buckets = resources("AWS::S3::Bucket")
    policies = resources("AWS::S3::BucketPolicy").values()
    guarded = [policy["Properties"]["Bucket"]["Ref"] for policy in policies]
    assert sorted(guarded) == sorted(buckets) and len(buckets) == 3
    for policy in policies:
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    for name in buckets:
        bucket = properties(name)
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]
        assert any("AbortIncompleteMultipartUpload" in rule
                   for rule in bucket["LifecycleConfiguration"]["Rules"])


def test_the_queue_takes_events_of_one_bucket_of_one_account():
    allowed = [statement for statement in properties("EventQueuePolicy")["PolicyDocument"]["Statement"]
               if statement["Effect"] == "Allow"]
    (statement,) = allowed
    name = properties("InputBucket")["BucketName"]["Fn::Sub"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::" + name}},
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def statements():
    """(resource's logical id, statement) of every policy in the template."""
    for name, resource in resources().items():
        body = resource["Properties"]
        documents = [body.get("PolicyDocument"), body.get("KeyPolicy")]
        documents += [policy["PolicyDocument"] for policy in body.get("Policies", [])]
        for document in filter(None, documents):
            for statement in document["Statement"]:
                yield name, statement


def as_list(value):
    return value if isinstance(value, list) else [value]


def test_every_component_has_a_role_of_its_own():
    users = [resource["Properties"]["Role"]["Fn::GetAtt"][0] for resource in
             [*resources("AWS::Lambda::Function").values(), *resources("AWS::Glue::Job").values()]]
    users.append(properties("StateMachine")["RoleArn"]["Fn::GetAtt"][0])
    users.append(properties("SweeperSchedule")["Target"]["RoleArn"]["Fn::GetAtt"][0])
    assert sorted(users) == sorted(resources("AWS::IAM::Role"))
    assert len(set(users)) == len(users)


def test_every_role_is_explained():
    page = (ROOT / "docs/aws/iam.md").read_text()
    assert set(re.findall(r"^\| `(\w+Role)` \|", page, re.M)) == set(resources("AWS::IAM::Role"))


def test_convert_has_no_access_to_the_table():
    assert "ManagedPolicyArns" not in properties("ConvertRole")
    assert not [action for name, statement in statements() if name in ("ConvertRole", "GlueRole")
                for action in as_list(statement["Action"]) if action.startswith("dynamodb:")]


def test_wildcards_are_explained():
    """An action or a resource that is a bare * (or service:*) has its reason on the same line."""
    wild = sum(bool(re.fullmatch(r"(\w+:)?\*", text)) for _, statement in statements()
               for key in ("Action", "Resource", "Principal")
               for text in texts(statement.get(key, [])))
    lines = [line for line in TEMPLATE.read_text().splitlines() if re.search(r"'(\w+:)?\*'", line)]
    assert len(lines) == wild > 0
    for line in lines:
        assert re.search(r"'(\w+:)?\*'  # \w+", line), line


def test_accepted_findings_are_explained():
    accepted = [skip for resource in resources().values()
                for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])]
    assert accepted
    for skip in accepted:
        assert len(skip["comment"]) > 30, skip


def test_only_tls_reaches_the_queues_and_the_topic():
    for name in ("EventQueuePolicy", "DeadLetterQueuePolicy", "AlertTopicPolicy"):
        found = properties(name)["PolicyDocument"]["Statement"]
        assert any(statement["Effect"] == "Deny" and
                   statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                   for statement in found), name


def test_logs_end():
    groups = resources("AWS::Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS) + 2
    for group in groups.values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_own_metrics_are_in_the_catalog():
    catalog = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in
               re.findall(r"^\| `(varve_\w+)` \| \w+ \| ([^|]*) \|", METRICS, re.M)}
    alarms = [alarm["Properties"] for alarm in resources("AWS::CloudWatch::Alarm").values()
              if alarm["Properties"].get("Namespace") == "varve"]
    used = [(alarm["MetricName"], {dimension["Name"] for dimension in alarm["Dimensions"]})
            for alarm in alarms]
    body = properties("Dashboard")["DashboardBody"]["Fn::Sub"]
    for name, rest in re.findall(r'\["varve", "(\w+)"((?:, "[^"]*")*)\]', body):
        used.append((name, set(re.findall(r'"([^"]*)"', rest)[::2])))
    assert len(used) > 8
    for name, dimensions in used:
        assert catalog[name] == dimensions, name


def test_defaults_are_those_of_the_configuration():
    defaults = dict(re.findall(r"^\| `([a-z-]+)` \| `([^`]*)` \|", CONFIG, re.M))
    parameters = template()["Parameters"]
    for key, name in {"min-files": "MinFiles", "max-wait": "MaxWait", "max-bytes": "MaxBytes",
                      "partition": "Partition", "compression": "Compression"}.items():
        assert str(parameters[name]["Default"]) == defaults[key]
