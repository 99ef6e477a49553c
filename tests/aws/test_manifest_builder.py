"""The manifest builder's calls, counted, and what it makes of services that fail."""

import collections

import fault_proxy
import pytest
from bench import bench
from scenario import DAY, lines, manifests

CALLS_MAX = 25  # for ten new files that become a batch; the first time, too
FAULTS = [fault for fault in fault_proxy.FAULTS if fault != "delayed"]


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    with bench(tmp_path_factory.mktemp("builder"), watched=["manifest-builder"]) as up:
        up.client("sqs").purge_queue(QueueUrl=up.queue)  # of S3's test event
        yield up


def put_files(up, name, count=10):
    for number in range(count):
        up.client("s3").put_object(Bucket="landing", Key=f"in/{DAY}-{name}-{number}.ndjson",
                                   Body=lines([{"id": number, "file": name}]))


def files_in_manifests(up, name):
    return collections.Counter(file["key"] for manifest in manifests(up)
                               for file in manifest["files"] if f"-{name}-" in file["key"])


def queue_is_empty(up):
    attributes = up.client("sqs").get_queue_attributes(QueueUrl=up.queue, AttributeNames=["All"])
    return attributes["Attributes"]["ApproximateNumberOfMessages"] == "0"


@pytest.mark.parametrize("name", ["cold", "warm"])
def test_a_batch_of_ten_new_files_takes_few_calls(up, name):
    put_files(up, name)
    before = [len(proxy.requests) for proxy in up.proxies]
    executions = len(up.executions())
    assert up.poll() == 10
    calls = [request for proxy, first in zip(up.proxies, before) for request in proxy.requests[first:]]
    assert len(files_in_manifests(up, name)) == 10
    assert len(up.executions()) == executions + 1
    assert len(calls) <= CALLS_MAX, collections.Counter(map(str, calls))


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_or_taken_twice(up, fault):
    """Every third answer is a failure, and some requests fail each time they are repeated."""
    put_files(up, fault)
    for proxy in up.proxies:
        first = len(proxy.requests)
        proxy.fault = lambda request, first=first: fault if hits(request, first) else None
    up.poll()
    for proxy in up.proxies:
        proxy.fault = lambda request: None
    up.drain(lambda: len(files_in_manifests(up, fault)) == 10, seconds=60)
    assert set(files_in_manifests(up, fault).values()) == {1}
    assert queue_is_empty(up)


def hits(request, first):
    """A third of all, and for a while whatever is asked: then repeating does not help."""
    number = request.number - first
    return number % 3 == 0 or 12 <= number < 24
