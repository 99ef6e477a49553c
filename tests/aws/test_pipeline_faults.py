"""What the pipeline on AWS does when its parts die, answer too late, or work at the same time."""

import contextlib
import json
import pathlib
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from bench import FUNCTIONS, bench, function_served, sqs_event, wait_until
from function_call import invoke
from scenario import DAY, all_rows_are_there, as_read, lines, manifests, output_rows, put_files
from s3_servers import answers, free_port

BUILDERS, FILES = 50, 500
DIES_ONCE = pathlib.Path(__file__).with_name("dies_once.sh")


def check_nothing_lost(up):
    """Each row once, each file in one manifest, nothing staged, no batch given up."""
    assert output_rows(up) == up.expected
    names = Counter(file["key"] for manifest in manifests(up) for file in manifest["files"])
    assert set(names.values()) == {1}
    assert up.keys("lake", "_varve/") == []
    assert {run["status"] for run in up.executions()} == {"SUCCEEDED"}


def failures(up):
    """How many of a state machine's tasks failed, by type of the event that says so."""
    return Counter(event["type"] for events in up.histories().values() for event in events
                   if event["type"].endswith("Failed"))


def test_steps_are_repeated_when_their_answers_are_lost(tmp_path):
    """Each function does its work for each batch, the builder too, and is called once more."""
    with bench(tmp_path, LOSE_ANSWERS="1") as up:
        up.expected = put_files(up)
        for _ in range(3):
            assert up.invoke("manifest-builder", sqs_event(up.receive(visibility_s=1)))
        up.drain(lambda: all_rows_are_there(up))
        check_nothing_lost(up)
        assert failures(up)["TaskFailed"] == 3 * len(up.executions())  # begin, convert, commit


def test_a_job_of_spark_that_succeeded_runs_again(tmp_path):
    with bench(tmp_path, glue_above_bytes=1, LOSE_ANSWERS="1") as up:
        up.expected = put_files(up, files=10)  # one batch
        up.drain(lambda: all_rows_are_there(up))
        check_nothing_lost(up)
        runs = up.client("glue").get_job_runs(JobName="varve-orders")["JobRuns"]
        assert Counter(run["JobRunState"] for run in runs) == {"FAILED": 1, "SUCCEEDED": 1}


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
@pytest.mark.parametrize("point", [3, 7])
def test_functions_are_killed(tmp_path, point):
    """Each function's first process is killed as it sends its n-th request, and comes again."""
    with bench(tmp_path, started_by=[DIES_ONCE, tmp_path, "sendto", str(point)]) as up:
        up.expected = put_files(up)
        up.drain(lambda: all_rows_are_there(up))
        check_nothing_lost(up)
        died = {function for function in FUNCTIONS if (tmp_path / f"{function}-died").exists()}
        assert died >= {"manifest-builder", "sweeper", "begin", "convert", "commit"}
        assert up.failed_invocations == 2  # of the builder and the sweeper
        assert failures(up)["TaskFailed"] >= 3


def test_fifty_builders_at_once_share_the_files(tmp_path):
    with bench(tmp_path) as up, contextlib.ExitStack() as stack:
        s3, up.expected = up.client("s3"), []
        for number in range(FILES):
            row = {"id": number, "big": number}
            s3.put_object(Bucket="landing", Key=f"in/{DAY}-{number:03}.ndjson", Body=lines([row]))
            up.expected += as_read([row])
        builders = [f"127.0.0.1:{free_port()}" for _ in range(BUILDERS)]
        for address in builders:
            stack.enter_context(function_served(
                "manifest-builder", address, tmp_path, up.environment()))
        for address in builders:
            wait_until(lambda at=address: answers(f"http://{at}/"), "a builder")
        batches = [up.receive(visibility_s=60) for _ in builders]
        assert sum(map(len, batches)) == FILES
        with ThreadPoolExecutor(BUILDERS) as pool:
            told = list(pool.map(lambda call: invoke(*call),
                                 zip(builders, map(sqs_event, batches))))
        assert [answer for answer, _ in told] == [{"batchItemFailures": []}] * BUILDERS

        names = Counter(file["key"] for manifest in manifests(up) for file in manifest["files"])
        assert set(names.values()) == {1}
        up.drain(lambda: all_rows_are_there(up))
        check_nothing_lost(up)
