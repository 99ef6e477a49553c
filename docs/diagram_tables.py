"""What the two diagrams show, apart from how it is drawn, so that tests can read it without graphviz.

A node names the resources of infra/template.yaml that it stands for (none: it is outside), and the
component of docs/concepts.md that it belongs to (none: it is no component of its own).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    label: str
    icon: str  # module and class below `diagrams`
    group: str = ""  # the box it is drawn in
    resources: tuple = ()
    component: str = ""


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    label: str = ""
    kind: str = "data"  # data, control or trouble


@dataclass(frozen=True)
class Picture:
    title: str
    name: str  # of the image, docs/images/<name>.png
    nodes: dict
    edges: tuple
    rows: bool = False  # each group is a row, from left to right


S3, LAMBDA = "aws.storage.SimpleStorageServiceS3Bucket", "aws.compute.LambdaFunction"
QUEUE, TABLE = "aws.integration.SimpleQueueServiceSqsQueue", "aws.database.DynamodbTable"
TOPIC, PEOPLE = "aws.integration.SimpleNotificationServiceSnsTopic", "aws.general.Users"
STEPS, GLUE = "aws.integration.StepFunctions", "aws.analytics.Glue"
SCHEDULE, ATHENA = "aws.integration.EventbridgeScheduler", "aws.analytics.Athena"
METRICS, ALARM = "aws.management.Cloudwatch", "aws.management.CloudwatchAlarm"

ALARMS = ("DeadLettersAlarm", "EventsWaitAlarm", "FilesWaitAlarm", "FilesFailedAlarm",
          "ExecutionsFailedAlarm", "FunctionErrorsAlarm", "FunctionThrottlesAlarm",
          "TableThrottlesAlarm")

ARCHITECTURE = Picture("varve on AWS", "architecture", {
    "producers": Node("Producers", PEOPLE),
    "input": Node("Input bucket\nNDJSON", S3, "Arrival", ("InputBucket",), "Input bucket"),
    "queue": Node("Event queue", QUEUE, "Arrival", ("EventQueue",), "Event queue"),
    "dead": Node("Dead letter queue", QUEUE, "Arrival", ("DeadLetterQueue",), "Dead letter queue"),
    "schedule": Node("Each minute", SCHEDULE, "Batching", ("SweeperSchedule",)),
    "sweeper": Node("Sweeper", LAMBDA, "Batching", ("SweeperFunction",)),
    "builder": Node("Manifest builder", LAMBDA, "Batching", ("ManifestBuilderFunction",),
                    "Manifest builder"),
    "tracking": Node("File tracking", TABLE, "Batching", ("Table",), "File tracking"),
    "manifests": Node("Manifest bucket", S3, "Batching", ("ManifestBucket",), "Manifest bucket"),
    "workflow": Node("Workflow", STEPS, "Conversion", ("StateMachine",), "Workflow"),
    "begin": Node("Begin", LAMBDA, "Conversion", ("BeginFunction",)),
    "convert": Node("Convert\nnative engine", LAMBDA, "Conversion", ("ConvertFunction",), "ETL job"),
    "glue": Node("Glue job\nlarge batches", GLUE, "Conversion", ("GlueJob",), "ETL job"),
    "commit": Node("Commit", LAMBDA, "Conversion", ("CommitFunction",)),
    "fail": Node("Fail", LAMBDA, "Conversion", ("FailFunction",)),
    "output": Node("Output bucket\nParquet", S3, "Result", ("OutputBucket",), "Output bucket"),
    "catalog": Node("Athena", ATHENA, "Result", ("Database",)),
    "metrics": Node("Metrics, logs,\ndashboard", METRICS, "Operation", ("Dashboard",), "Monitoring"),
    "alarms": Node("Alarms", ALARM, "Operation", ALARMS, "Monitoring"),
    "alerts": Node("Alerts", TOPIC, "Operation", ("AlertTopic",), "Alerts"),
}, (
    Edge("producers", "input", "files"),
    Edge("input", "queue", "ObjectCreated"),
    Edge("queue", "dead", "5 failures", "trouble"),
    Edge("queue", "builder", "10 events"),
    Edge("schedule", "sweeper", kind="control"),
    Edge("builder", "tracking", "track, claim", "control"),
    Edge("sweeper", "tracking", "what is due", "control"),
    Edge("builder", "manifests", "manifest"),
    Edge("builder", "workflow", "start", "control"),
    Edge("sweeper", "workflow", "start", "control"),
    Edge("workflow", "begin", "runs", "control"),
    Edge("begin", "convert", "small batch"),
    Edge("begin", "glue", "large batch"),
    Edge("convert", "commit", "staged"),
    Edge("glue", "commit", "staged"),
    Edge("commit", "output", "publishes"),
    Edge("workflow", "fail", "Catch", "trouble"),
    Edge("output", "catalog", "queries"),
    Edge("fail", "alerts", "what, why", "trouble"),
    Edge("sweeper", "metrics", "what waits", "control"),
    Edge("metrics", "alarms", kind="control"),
    Edge("alarms", "alerts", kind="trouble"),
))

DATA_FLOW = Picture("One file's way through varve", "data-flow", {
    "file": Node("day/orders.ndjson", "generic.storage.Storage"),
    "input": Node("Input bucket\nversion v1", S3, "1  seen", ("InputBucket",), "Input bucket"),
    "queue": Node("Event queue\nObjectCreated", QUEUE, "1  seen", ("EventQueue",), "Event queue"),
    "builder": Node("Manifest builder", LAMBDA, "2  batched", ("ManifestBuilderFunction",),
                    "Manifest builder"),
    "pending": Node("File tracking\npending, claimed", TABLE, "2  batched", ("Table",),
                    "File tracking"),
    "manifest": Node("Manifest\nbatch-0001.json", S3, "2  batched", ("ManifestBucket",),
                     "Manifest bucket"),
    "begin": Node("Begin\nprocessing", LAMBDA, "3  converted", ("BeginFunction",)),
    "document": Node("Staging\njob.json", S3, "3  converted", ("OutputBucket",)),
    "convert": Node("Lambda or Glue", LAMBDA, "3  converted", ("ConvertFunction", "GlueJob"),
                    "ETL job"),
    "staged": Node("Staging\nresult.json", S3, "3  converted", ("OutputBucket",)),
    "commit": Node("Commit\ncompleted", LAMBDA, "4  published", ("CommitFunction",)),
    "parquet": Node("Parquet\nyear=2025/…", S3, "4  published",
                    ("OutputBucket",), "Output bucket"),
    "quarantine": Node("_quarantine/\nbad lines", S3, "4  published", ("OutputBucket",)),
    "readers": Node("Athena, Spark,\nDuckDB …", ATHENA),
}, (
    Edge("file", "input", "put"),
    Edge("input", "queue", "bucket, key"),
    Edge("queue", "builder", "10 events"),
    Edge("builder", "pending", "key, version, size"),
    Edge("builder", "manifest", "exact versions"),
    Edge("manifest", "begin", "batch, owner"),
    Edge("begin", "document", "manifest, schema"),
    Edge("document", "convert", "document"),
    Edge("convert", "staged", "rows, bad lines"),
    Edge("staged", "commit", "result"),
    Edge("commit", "parquet", "rows"),
    Edge("commit", "quarantine", "bad lines", "trouble"),
    Edge("parquet", "readers", "rows"),
), rows=True)

PICTURES = (ARCHITECTURE, DATA_FLOW)


def groups(picture):
    """Group -> ids of its nodes, in order; nodes without one are under ''."""
    found = {}
    for name, node in picture.nodes.items():
        found.setdefault(node.group, []).append(name)
    return found


def mermaid(picture):
    """The same picture as Mermaid's text."""
    lines = ["flowchart LR"]
    for group, names in groups(picture).items():
        indent = "  "
        if group:
            lines.append(f'  subgraph {group.split()[-1].lower()}["{group}"]')
            indent = "    "
        for name in names:
            label = picture.nodes[name].label.replace("\n", "<br>")
            lines.append(f'{indent}{name}["{label}"]')
        if group:
            lines.append("  end")
    arrows = {"data": "-->", "control": "-.->", "trouble": "==>"}
    for edge in picture.edges:
        label = f'|"{edge.label}"|' if edge.label else ""
        lines.append(f"  {edge.source} {arrows[edge.kind]}{label} {edge.target}")
    return "\n".join(lines) + "\n"
