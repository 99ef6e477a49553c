"""`varve run` while it runs: files dropped in, the operator's commands beside it, a graceful stop."""

import json
import os
import pathlib
import signal

import pytest
from harness import Pipeline, Running, numbered, put, wait_until


def completed(pipeline, count):
    wait_until(lambda: pipeline.count("completed") == count, f"{count} files completed")


def test_files_dropped_while_it_runs(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "0", "--settle-time", "100ms")
    put(pipeline.input, "before.ndjson", numbered("before", 5))
    with Running(pipeline) as running:
        completed(pipeline, 1)
        for n in range(25):
            put(pipeline.input, f"day/{n:02}.ndjson", numbered(f"{n:02}", n + 1))
        completed(pipeline, 26)
        assert running.get("/healthz") == (200, "ok\n")
        assert running.get("/readyz") == (200, "ok\n")
        assert running.get("/nowhere")[0] == 404
        metrics = running.metrics()
        assert any(name.startswith("varve_") and value > 0 for name, value in metrics.items())
        assert running.stop() == 0
    assert len(pipeline.rows()) == 5 + sum(range(1, 26))
    pipeline.check()
    assert running.event("stopped")


def test_nine_files_then_silence(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "1s")
    with Running(pipeline):
        for n in range(9):
            put(pipeline.input, f"{n}.ndjson", numbered(str(n), 2))
        completed(pipeline, 9)
    (batch,) = pipeline.json_lines("batches")
    assert len(batch["files"]) == 9
    pipeline.check()


def test_ten_files_do_not_wait(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "1h", "--max-files", 10)
    with Running(pipeline):
        for n in range(12):
            put(pipeline.input, f"{n:02}.ndjson", numbered(str(n), 2))
        completed(pipeline, 10)
        (plan,) = pipeline.json_lines("plan")
        assert plan["pending"] == 2 and plan["next"]["trigger"] == "none" and plan["next"]["at"]
        assert "10 files" in pipeline.command("status").stdout


def test_a_file_written_slowly_is_taken_when_it_is_closed(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "0", "--settle-time", "1h")
    with Running(pipeline), (pipeline.input / "slow.ndjson").open("w") as slow:
        slow.write(numbered("slow", 10))
        slow.flush()
        put(pipeline.input, "other.ndjson", numbered("other", 1))
        wait_until(lambda: pipeline.count("completed") == 1, "the other file")
        assert [row["file"] for row in pipeline.rows()] == ["other"]
        slow.write(numbered("slow", 10))
        slow.close()
        completed(pipeline, 2)
    assert len(pipeline.rows()) == 21
    pipeline.check()


def test_deleted_and_overwritten(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "1h", "--min-files", 4)
    with Running(pipeline):
        gone = put(pipeline.input, "gone.ndjson", numbered("gone", 1))
        put(pipeline.input, "twice.ndjson", numbered("first", 1))
        wait_until(lambda: pipeline.count("pending") == 2, "both are known")
        gone.unlink()
        put(pipeline.input, "twice.ndjson", numbered("second", 2))
        wait_until(lambda: pipeline.count("superseded") == 1, "the first is superseded")
        put(pipeline.input, "a.ndjson", numbered("a", 1))
        put(pipeline.input, "b.ndjson", numbered("b", 1))
        wait_until(lambda: pipeline.count("completed") == 3, "those that are there")
        assert pipeline.state_of("gone.ndjson") == "missing"
    assert sorted(row["file"] for row in pipeline.rows()) == ["a", "b", "second", "second"]
    pipeline.check()


def test_two_processes_share_the_work(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-files", 3, "--min-files", 1)
    with Running(pipeline) as first, Running(pipeline) as second:
        for n in range(40):
            put(pipeline.input, f"{n:02}.ndjson", numbered(f"{n:02}", 3))
        completed(pipeline, 40)
        assert first.stop() == 0 and second.stop() == 0
    assert len(pipeline.rows()) == 120
    pipeline.check()


def test_reprocess_replaces_the_rows(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "0")
    put(pipeline.input, "2025-01-17.ndjson", numbered("x", 5))
    with Running(pipeline):
        completed(pipeline, 1)
        (asked,) = pipeline.json_lines("reprocess", "--partition", "2025-01-17")
        assert len(asked["batches"]) == 1 and asked["refused"] == []
        wait_until(lambda: [batch for batch in pipeline.json_lines("batches")
                            if batch["reruns"] == 1 and batch["state"] == "completed"], "the rerun")
    assert len(pipeline.rows()) == 5
    pipeline.check()


def test_reconcile_tells_and_repairs(tmp_path):
    pipeline = Pipeline(tmp_path)
    put(pipeline.input, "a.ndjson", numbered("a", 1))
    pipeline.once()
    assert pipeline.json_lines("reconcile")[0]["examples"] == []
    put(pipeline.input, "late.ndjson", numbered("late", 1))
    (report,) = pipeline.json_lines("reconcile", codes=(3,))
    assert report["found"]["missed_event"] == 1
    (report,) = pipeline.json_lines("reconcile", "--repair")
    assert report["repaired"]["missed_event"] == 1
    assert pipeline.state_of("late.ndjson") == "pending"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_graceful_stop_under_load(tmp_path, sent):
    pipeline = Pipeline(tmp_path, "--max-files", 2, "--min-files", 1)
    for n in range(60):
        put(pipeline.input, f"{n:02}.ndjson", numbered(f"{n:02}", 200))
    with Running(pipeline) as running:
        wait_until(lambda: pipeline.count("completed") >= 4, "some are done")
        assert running.stop(sent) == 0
    batches = pipeline.json_lines("batches", "--limit", 0)
    assert {batch["state"] for batch in batches} <= {"completed", "claimed", "processing",
                                                     "publishing"}
    pipeline.once()
    assert len(pipeline.rows()) == 60 * 200
    pipeline.check()


def test_the_log_is_json_lines(tmp_path):
    pipeline = Pipeline(tmp_path, "--max-wait", "0")
    with Running(pipeline) as running:
        put(pipeline.input, "evil\n\x1b]0;title\x07.ndjson", numbered("x", 1))
        completed(pipeline, 1)
        running.stop()
        raw = running.log_path.read_bytes()
    assert b"\x1b" not in raw
    for line in raw.splitlines():
        assert {"time", "level", "event"} <= set(json.loads(line))


def test_metrics_address_in_use(tmp_path):
    pipeline = Pipeline(tmp_path)
    with Running(pipeline) as running:
        refused = pipeline.once("--listen", running.address, code=1)
        assert "cannot listen" in refused.stderr


def test_output_that_cannot_be_written(tmp_path):
    pipeline = Pipeline(tmp_path)
    put(pipeline.input, "a.ndjson", numbered("a", 1))
    pipeline.output.write_text("a file is in the way")
    run = pipeline.once(code=1)
    assert str(pipeline.output) in run.stderr
    pipeline.output.unlink()
    pipeline.once()
    assert len(pipeline.rows()) == 1


def test_unwritable_output_directory(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    pipeline = Pipeline(tmp_path)
    pipeline.output.mkdir(mode=0o555)
    run = pipeline.once(code=1)
    assert "Permission denied" in run.stderr


def test_operator_without_state(tmp_path):
    pipeline = Pipeline(tmp_path)
    pipeline.output.mkdir()
    run = pipeline.command("status", codes=(1,))
    assert "no state" in run.stderr
    assert not pathlib.Path(pipeline.output, "varve.db").exists()
