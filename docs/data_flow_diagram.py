"""Draws docs/images/data_flow.png: the way of ten files, from their arrival to visible rows.

usage: data_flow_diagram.py [--mermaid]
"""

from diagram import Diagram, Edge, Node, main

FUNCTION = "aws.compute.Lambda"
BUCKET = "aws.storage.S3"

DATA_FLOW = Diagram(
    name="data_flow",
    title="The way of ten files",
    direction="LR",
    nodes={
        "producer": Node("aws.general.Users", "producers"),
        "input": Node(BUCKET, "input bucket\nevents/…", ("InputBucket",)),
        "queue": Node("aws.integration.SQS", "event queue", ("EventQueue",)),
        "letters": Node("aws.integration.SQS", "dead letter queue", ("DeadLetterQueue",)),
        "builder": Node(FUNCTION, "manifest builder", ("ManifestBuilderFunction",)),
        "table": Node("aws.database.Dynamodb",
                      "file tracking", ("Table",)),
        "manifests": Node(BUCKET, "manifest bucket\n…/batch-0001.json", ("ManifestBucket",)),
        "begin": Node(FUNCTION, "Begin", ("BeginFunction",)),
        "convert": Node(FUNCTION, "ConvertWithLambda", ("ConvertFunction",)),
        "glue": Node("aws.analytics.Glue", "ConvertWithGlue", ("GlueJob",)),
        "commit": Node(FUNCTION, "Commit", ("CommitFunction",)),
        "workflow": Node("aws.integration.StepFunctions", "Step Functions\none execution a batch",
                         ("StateMachine",)),
        "fail": Node(FUNCTION, "Fail", ("FailFunction",)),
        "staging": Node(BUCKET, "output bucket\n_varve/staging/…", ("OutputBucket",)),
        "output": Node(BUCKET, "output bucket\nyear=2025/…", ("OutputBucket",)),
        "watch": Node("aws.management.Cloudwatch", "CloudWatch", ("ExecutionsFailedAlarm",)),
        "topic": Node("aws.integration.SNS", "alerts", ("AlertTopic",)),
    },
    edges=[
        Edge("producer", "input", "1 put"),
        Edge("input", "queue", "2 event"),
        Edge("queue", "builder", "3 up to 10"),
        Edge("queue", "letters", "never understood", dashed=True),
        Edge("builder", "table", "4 pending, claimed"),
        Edge("builder", "manifests", "5 manifest"),
        Edge("builder", "workflow", "6 start"),
        Edge("workflow", "begin", "7 processing"),
        Edge("manifests", "begin", "which versions"),
        Edge("begin", "convert", "8 job.json\n≤ 256 MiB"),
        Edge("begin", "glue", "8 job.json\n> 256 MiB"),
        Edge("convert", "staging", "9 Parquet,\nresult.json"),
        Edge("glue", "staging", "9"),
        Edge("staging", "commit", "10 read"),
        Edge("commit", "output", "11 publish"),
        Edge("commit", "table", "12 completed: lines =\nrows + quarantined + blank"),
        Edge("workflow", "fail", "Catch", dashed=True),
        Edge("fail", "topic", "what, why,\nhow to redrive", dashed=True),
        Edge("workflow", "watch", "executions failed", dashed=True),
        Edge("watch", "topic", "alarm", dashed=True),
    ],
)

if __name__ == "__main__":
    main(DATA_FLOW)
