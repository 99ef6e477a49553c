"""The pipeline on AWS as far as it runs on one machine: moto for the services, the functions' real
program under AWS's runtime interface emulator, Spark for Glue.

What AWS does itself is played here: the event source mapping that polls the queue, and the schedule.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import zipfile

import boto3
import dynamodb_server
import fault_proxy
from function_call import invoke
from infra_template import load_template, of_type
from s3_servers import SERVERS, answers, free_port
from scenario import CASTS, SUFFIXES

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("VARVE_BIN", ROOT / "build/release/varve")).absolute()
ACCOUNT, REGION = "123456789012", "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION}
FUNCTIONS = ["manifest-builder", "sweeper", "begin", "convert", "commit", "fail"]
PIPELINE, TABLE = "orders", "varve-orders"
STATE_MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:varve-orders"
SAM = "aws-sam-cli==1.170.0"  # its wheel holds the emulator
RIE = "samcli/local/rapid/aws-lambda-rie-x86_64"
START_S = 60


def emulator():
    """AWS's runtime interface emulator; fetched when it is not there."""
    program = SERVERS / "aws-lambda-rie"
    if not program.exists():
        wheels = SERVERS / "sam"
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels,
                        SAM], check=True)
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            program.write_bytes(wheel.read(RIE))
        program.chmod(0o755)
    return program


@contextlib.contextmanager
def process(command, log, **environment):
    with open(log, "ab") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out,
                                   env={**os.environ, **KEYS, **environment})
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_until(answered, what):
    end = time.monotonic() + START_S
    while not answered():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not start")


def sqs_event(messages):
    """What Lambda makes of messages that it received for a function."""
    return {"Records": [
        {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"],
         "body": message["Body"], "attributes": message["Attributes"],
         "messageAttributes": {
             name: {"dataType": value["DataType"], "stringValue": value["StringValue"]}
             for name, value in message.get("MessageAttributes", {}).items()},
         "eventSource": "aws:sqs"} for message in messages]}


def kept_log(name):
    """A folder for the logs of a bench that people may want to read although all went well."""
    folder = ROOT / "build/aws-e2e" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class Bench:
    """A pipeline that is up. Everything it logs is below `folder`."""

    def __init__(self, folder, moto, dynamo, addresses):
        self.folder, self.moto, self.dynamo, self.addresses = folder, moto, dynamo, addresses
        self.failed_invocations = 0

    def client(self, service):
        url = self.dynamo if service == "dynamodb" else self.moto
        return boto3.client(service, endpoint_url=url, region_name=REGION,
                            aws_access_key_id="test", aws_secret_access_key="test")

    def keys(self, bucket, prefix):
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket,
                                                                            Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read(self, bucket, key):
        return self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()

    def invoke(self, function, event):
        """None: it failed."""
        answer, failed = invoke(self.addresses[function], event)
        self.failed_invocations += failed
        return None if failed else answer

    def receive(self, visibility_s=0):
        received = self.client("sqs").receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=visibility_s,
            AttributeNames=["All"], MessageAttributeNames=["All"])
        return received.get("Messages", [])

    def ask(self, *command, code=0):
        """What an operator's command says, who knows the table's name and nothing else."""
        environment = {**os.environ, **KEYS, "AWS_ENDPOINT_URL": self.moto,
                       "AWS_ENDPOINT_URL_DYNAMODB": self.dynamo,
                       "VARVE_STATE": f"dynamodb://{TABLE}"}
        done = subprocess.run([BINARY, *command], env=environment, capture_output=True, text=True,
                              check=False, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def ask_json(self, *command, code=0):
        return [json.loads(line) for line in self.ask(*command, "--json", code=code).splitlines()]

    def poll(self):
        """What the event source mapping does, once; the number of messages."""
        messages = self.receive()
        if messages:
            self.deliver(messages)
        return len(messages)

    def deliver(self, messages):
        """Messages that the function did not take stay in the queue; all of them when it failed."""
        answer = self.invoke("manifest-builder", sqs_event(messages))
        if answer is None:
            return
        left = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in left:
                self.client("sqs").delete_message(QueueUrl=self.queue,
                                                  ReceiptHandle=message["ReceiptHandle"])

    def executions(self):
        found = self.client("stepfunctions").list_executions(stateMachineArn=STATE_MACHINE)
        return found["executions"]

    def drain(self, until, seconds=480):
        """Polls and sweeps until `until()` says that all is done."""
        end = time.monotonic() + seconds
        while True:
            while self.poll():
                pass
            self.invoke("sweeper", {})
            if until():
                return
            assert time.monotonic() < end, self.client("stepfunctions").list_executions(
                stateMachineArn=STATE_MACHINE)
            running = [run for run in self.executions() if run["status"] == "RUNNING"]
            for run in running[:1]:
                self.wait_for(run["executionArn"], end)

    def wait_for_all(self, seconds=60):
        """Until no execution runs."""
        end = time.monotonic() + seconds
        for run in self.executions():
            self.wait_for(run["executionArn"], end)

    def wait_for(self, arn, end):
        states = self.client("stepfunctions")
        while states.describe_execution(executionArn=arn)["status"] == "RUNNING":
            assert time.monotonic() < end, f"{arn} does not end"

    def histories(self):
        """What each execution went through."""
        states = self.client("stepfunctions")
        return {run["name"]: states.get_execution_history(executionArn=run["executionArn"])["events"]
                for run in self.executions()}

    def keep_histories(self):
        """Beside the logs."""
        text = json.dumps(self.histories(), indent=1, default=str)
        (self.folder / "executions.json").write_text(text)

    def make_resources(self):
        s3, sqs, sns = self.client("s3"), self.client("sqs"), self.client("sns")
        for bucket in ["landing", "lake", "manifests"]:
            s3.create_bucket(Bucket=bucket)
        self.dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        self.queue = sqs.create_queue(QueueName="events", Attributes={"RedrivePolicy": json.dumps(
            {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead",
             "maxReceiveCount": 5})})["QueueUrl"]
        s3.put_bucket_notification_configuration(Bucket="landing", NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:events",
                                     "Events": ["s3:ObjectCreated:*"]}]})
        self.topic = sns.create_topic(Name="alerts")["TopicArn"]
        self.alerts = sqs.create_queue(QueueName="alerts")["QueueUrl"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs",
                      Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:alerts")
        self.client("glue").create_job(Name="varve-orders", Role="glue",
                                       Command={"Name": "glueetl", "ScriptLocation": "s3://x/y"},
                                       ExecutionProperty={"MaxConcurrentRuns": 2})
        self.client("stepfunctions").create_state_machine(
            name="varve-orders", definition=workflow(self.topic),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/states")

    def environment(self, glue_above_bytes=0, watched=False):
        services, table = [proxy.url for proxy in self.proxies] if watched else [self.moto, self.dynamo]
        return {"AWS_ENDPOINT_URL": services, "AWS_ENDPOINT_URL_DYNAMODB": table,
                "VARVE_PIPELINE": PIPELINE, "VARVE_STATE": f"dynamodb://{TABLE}",
                "VARVE_INPUT": "s3://landing/in/", "VARVE_OUTPUT": "s3://lake/pipeline/output/",
                "VARVE_MANIFESTS": "s3://manifests", "VARVE_QUEUE_URL": self.queue,
                "VARVE_DEAD_LETTER_QUEUE_URL": self.dead, "VARVE_TOPIC_ARN": self.topic,
                "VARVE_STATE_MACHINE_ARN": STATE_MACHINE, "VARVE_MAX_WAIT": "2s",
                "VARVE_CAST": ";".join(CASTS), "VARVE_SUFFIXES": ";".join(SUFFIXES),
                "VARVE_BACKOFF": "100ms", "VARVE_ATTEMPTS_MAX": "2",
                "VARVE_GLUE_ABOVE_BYTES": str(glue_above_bytes),
                "VARVE_WORK_DIRECTORY": str(self.folder / "work")}


def workflow(topic):
    """The deployed definition, with the names of this bench in place of the stack's."""
    names = {"TopicArn": topic, "Pipeline": PIPELINE, "GlueJob": "varve-orders"}
    for function in FUNCTIONS:
        key = function.title().replace("-", "") + "Arn"
        names[key] = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    text = (ROOT / "infra/workflow.asl.json").read_text()
    text = re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]], text)
    # Waits of minutes are AWS's business.
    text = re.sub(r'"IntervalSeconds": \d+', '"IntervalSeconds": 1', text)
    return re.sub(r', "MaxDelaySeconds": \d+, "JitterStrategy": "FULL"', "", text).replace(
        ', "JitterStrategy": "FULL"', "")


def table():
    """The table as it is deployed, under the bench's name."""
    [deployed] = of_type(load_template(), "AWS::DynamoDB::Table").values()
    kept = ["BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"]
    return {"TableName": TABLE, **{name: deployed[name] for name in kept}}


def glue_runner():
    return f"{sys.executable} {ROOT}/spark/varve_job.py --varve {BINARY}"


@contextlib.contextmanager
def bench(folder, glue_above_bytes=0, started_by=(), watched=(), **moto_environment):
    """`started_by`: a command that starts the functions' programs in place of the emulator. The
    functions `watched` reach the services through the bench's proxies."""
    ports = {function: free_port() for function in FUNCTIONS}
    addresses = {function: f"127.0.0.1:{port}" for function, port in ports.items()}
    port = free_port()
    moto = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        dynamo = stack.enter_context(dynamodb_server.serving())
        stack.enter_context(process(
            [sys.executable, pathlib.Path(__file__).with_name("moto_server.py"), str(port)],
            folder / "moto.log", FUNCTIONS=json.dumps(addresses), GLUE_RUNNER=glue_runner(),
            AWS_ENDPOINT_URL=moto, SPARK_LOCAL_IP="127.0.0.1", **moto_environment))
        wait_until(lambda: answers(moto + "/moto-api/"), "moto")
        up = Bench(folder, moto, dynamo, addresses)
        up.proxies = [stack.enter_context(fault_proxy.proxy(url)) for url in (moto, dynamo)]
        up.make_resources()
        up.client("dynamodb").create_table(**table())
        for function, address in addresses.items():
            environment = up.environment(glue_above_bytes, function in watched)
            stack.enter_context(function_served(function, address, folder, environment, started_by))
        for function, address in addresses.items():
            wait_until(lambda at=address: answers(f"http://{at}/"), function)
        yield up


def function_served(function, address, folder, environment, started_by=()):
    """The function's program under the emulator, as a process."""
    return process(
        [emulator(), "--runtime-interface-emulator-address", address,
         "--runtime-api-address", f"127.0.0.1:{free_port()}", *started_by, BINARY, "lambda",
         function], folder / f"{function}.log", **environment)
