"""What is drawn is in the template, what the pipeline is made of is drawn, and the text agrees."""

import struct
import sys

import pytest
from conftest import ROOT
from stack import resources

sys.path.insert(0, str(ROOT / "docs"))

from architecture_diagram import ARCHITECTURE  # noqa: E402
from data_flow_diagram import DATA_FLOW  # noqa: E402
from diagram import mermaid  # noqa: E402

DIAGRAMS = [ARCHITECTURE, DATA_FLOW]
PAGE = ROOT / "docs/aws/architecture.md"

# Icon -> the type of the resources it may show.
TYPES = {
    "aws.storage.S3": "AWS::S3::", "aws.integration.SQS": "AWS::SQS::",
    "aws.compute.Lambda": "AWS::Lambda::", "aws.database.Dynamodb": "AWS::DynamoDB::",
    "aws.integration.StepFunctions": "AWS::StepFunctions::", "aws.analytics.Glue": "AWS::Glue::",
    "aws.analytics.GlueDataCatalog": "AWS::Glue::", "aws.integration.SNS": "AWS::SNS::",
    "aws.management.Cloudwatch": "AWS::CloudWatch::",
    "aws.integration.Eventbridge": "AWS::Scheduler::"}
OUTSIDE = {"aws.general.Users", "aws.analytics.Athena"}
# What such a pipeline is made of, whoever builds it.
PARTS = {"InputBucket", "EventQueue", "DeadLetterQueue", "ManifestBuilderFunction", "Table",
         "ManifestBucket", "StateMachine", "GlueJob", "OutputBucket", "AlertTopic"}


def drawn(diagram):
    return {resource for node in diagram.nodes.values() for resource in node.resources}


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda diagram: diagram.name)
class TestDiagram:
    def test_all_that_is_drawn_exists(self, diagram):
        found = resources()
        for node in diagram.nodes.values():
            assert bool(node.resources) != (node.icon in OUTSIDE), node
            for resource in node.resources:
                assert resource in found, f"{node.label}: the template has no {resource}"
                kind = found[resource]["Type"]
                main = resource == node.resources[0]
                assert kind.startswith(TYPES[node.icon]) or not main, f"{resource} is a {kind}"

    def test_all_parts_are_drawn(self, diagram):
        assert PARTS <= drawn(diagram)
        assert any(node.icon == "aws.management.Cloudwatch" for node in diagram.nodes.values())

    def test_edges_join_what_is_drawn(self, diagram):
        joined = {end for edge in diagram.edges for end in (edge.tail, edge.head)}
        assert joined == set(diagram.nodes)

    def test_the_page_has_the_same_as_mermaid(self, diagram):
        assert f"```mermaid\n{mermaid(diagram)}```" in PAGE.read_text()

    def test_the_image_is_there(self, diagram):
        image = ROOT / f"docs/images/{diagram.name}.png"
        assert f"](../images/{diagram.name}.png)" in PAGE.read_text()
        width, height = struct.unpack(">II", image.read_bytes()[16:24])
        assert width > 1000 and height > 400


def test_every_function_queue_and_bucket_is_in_the_architecture():
    kinds = ("AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::Glue::Job",
             "AWS::DynamoDB::Table", "AWS::Scheduler::Schedule", "AWS::SNS::Topic")
    assert {name for kind in kinds for name in resources(kind)} <= drawn(ARCHITECTURE)


def test_reading_the_tables_needs_no_graphviz():
    assert "diagrams" not in sys.modules
