"""Events as a queue may bring them: again and again, in any order, malformed, about nothing."""

import json
import sqlite3

from harness import Pipeline, numbered, put


def send(pipeline, *bodies):
    """Puts messages into the queue, as another sender would."""
    with sqlite3.connect(pipeline.output / "_varve/varve.db") as database:
        database.executemany("INSERT INTO messages (queue, body, receive_count, sent_us, visible_us)"
                             " VALUES ('main', ?, 0, 1, 0)", [(body,) for body in bodies])
    database.close()


def created(key, name="ObjectCreated:Put"):
    return json.dumps({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": name,
        "s3": {"bucket": {"name": "input"}, "object": {"key": key}}}]})


def test_the_same_event_a_thousand_times(tmp_path):
    pipeline = Pipeline(tmp_path)
    pipeline.once()
    put(pipeline.input, "a.ndjson", numbered("a", 3))
    send(pipeline, *[created("a.ndjson")] * 1000)
    pipeline.once()
    assert len(pipeline.rows()) == 3 and len(pipeline.files()) == 1
    send(pipeline, *[created("a.ndjson")] * 10, created("a.ndjson", "ObjectRemoved:Delete"),
         created("never-there.ndjson"), '{"Service":"Amazon S3","Event":"s3:TestEvent"}')
    pipeline.once()
    assert len(pipeline.rows()) == 3 and len(pipeline.files()) == 1
    assert pipeline.status()["queue"] == {"visible": 0, "in_flight": 0, "dead": 0}
    pipeline.check()


def test_dead_letters(tmp_path):
    pipeline = Pipeline(tmp_path)
    pipeline.once()
    evil = "not an event \x1b[31m<script>"
    send(pipeline, evil, '{"Records":3}')
    pipeline.once()
    letters = pipeline.json_lines("dlq", "list")
    assert [letter["body"] for letter in letters] == [evil, '{"Records":3}']
    assert all(letter["reason"] for letter in letters)
    shown = pipeline.command("dlq", "show", letters[0]["id"]).stdout
    assert "\\x1b" in shown and "\x1b" not in shown
    assert "no dead letter" in pipeline.command("dlq", "show", "99", codes=(1,)).stderr
    assert "2 messages" in pipeline.command("dlq", "redrive", "--all").stdout
    assert pipeline.status()["queue"]["dead"] == 0
    pipeline.once()
    assert pipeline.status()["queue"]["dead"] == 2


def test_keys_that_lead_elsewhere_are_refused(tmp_path):
    pipeline = Pipeline(tmp_path)
    put(tmp_path, "secret.ndjson", numbered("secret", 1))
    pipeline.once()
    send(pipeline, created("../secret.ndjson"), created("/etc/passwd.ndjson"),
         created("%2e%2e/secret.ndjson"), created("a/../../secret.ndjson"))
    pipeline.once()
    assert pipeline.rows() == []
    assert {file["state"] for file in pipeline.files()} <= {"missing"}
