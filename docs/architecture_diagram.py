"""Draws docs/images/architecture.png: what the template is made of, and what talks to what.

usage: architecture_diagram.py [--mermaid]
"""

from diagram import Diagram, Edge, Node, main

FUNCTION = "aws.compute.Lambda"
BUCKET = "aws.storage.S3"

ARCHITECTURE = Diagram(
    name="architecture",
    title="varve on AWS",
    direction="LR",
    nodes={
        "producers": Node("aws.general.Users", "producers"),
        "input": Node(BUCKET, "input bucket\nNDJSON", ("InputBucket",), "Arrival"),
        "queue": Node("aws.integration.SQS", "event queue", ("EventQueue", "EventQueuePolicy"),
                      "Arrival"),
        "letters": Node("aws.integration.SQS", "dead letter queue", ("DeadLetterQueue",), "Arrival"),
        "builder": Node(FUNCTION, "manifest builder",
                        ("ManifestBuilderFunction", "ManifestBuilderEvents"), "Batches"),
        "minute": Node("aws.integration.Eventbridge", "every minute", ("SweeperSchedule",),
                       "Batches"),
        "sweeper": Node(FUNCTION, "sweeper", ("SweeperFunction",), "Batches"),
        "table": Node("aws.database.Dynamodb", "file tracking", ("Table",), "Batches"),
        "manifests": Node(BUCKET, "manifest bucket", ("ManifestBucket",), "Batches"),
        "workflow": Node("aws.integration.StepFunctions", "workflow", ("StateMachine",),
                         "Conversion"),
        "begin": Node(FUNCTION, "begin", ("BeginFunction",), "Conversion"),
        "convert": Node(FUNCTION, "convert", ("ConvertFunction",), "Conversion"),
        "glue": Node("aws.analytics.Glue", "Glue job", ("GlueJob",), "Conversion"),
        "commit": Node(FUNCTION, "commit", ("CommitFunction",), "Conversion"),
        "fail": Node(FUNCTION, "fail", ("FailFunction",), "Conversion"),
        "output": Node(BUCKET, "output bucket\nParquet", ("OutputBucket",), "Data"),
        "catalog": Node("aws.analytics.GlueDataCatalog", "catalog", ("Database",), "Data"),
        "athena": Node("aws.analytics.Athena", "Athena and\nother readers"),
        "watch": Node("aws.management.Cloudwatch", "CloudWatch",
                      ("Dashboard", "FilesWaitAlarm", "DeadLettersAlarm", "ExecutionsFailedAlarm"),
                      "Monitoring"),
        "topic": Node("aws.integration.SNS", "alerts", ("AlertTopic",), "Monitoring"),
        "people": Node("aws.general.Users", "people"),
    },
    edges=[
        Edge("producers", "input", "put"),
        Edge("input", "queue", "ObjectCreated"),
        Edge("queue", "builder", "batches of 10"),
        Edge("queue", "letters", "5 attempts", dashed=True),
        Edge("builder", "table", "claim"),
        Edge("builder", "manifests", "write"),
        Edge("builder", "workflow", "start"),
        Edge("minute", "sweeper"),
        Edge("sweeper", "table", "what waits"),
        Edge("sweeper", "workflow", "start"),
        Edge("workflow", "begin"),
        Edge("begin", "convert", "small"),
        Edge("begin", "glue", "large"),
        Edge("convert", "commit", "staged"),
        Edge("glue", "commit", "staged"),
        Edge("commit", "output", "publish"),
        Edge("workflow", "fail", "Catch", dashed=True),
        Edge("output", "athena", "read"),
        Edge("catalog", "athena", "columns"),
        Edge("letters", "watch", "alarm", dashed=True),
        Edge("fail", "topic", "what and why", dashed=True),
        Edge("watch", "topic", "alarm", dashed=True),
        Edge("topic", "people", "e-mail"),
    ],
)

if __name__ == "__main__":
    main(ARCHITECTURE)
