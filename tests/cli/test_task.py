"""varve task: parts of one dataset, converted by different processes (docs/reference/task.md)."""

import json

import pyarrow.parquet as pq
import pytest
from conftest import run_varve

BATCH = "2025-01-17-batch-0001"


def task(inputs, output, **more):
    document = {"convert": {"partition": "filename-date"}, "schema": None, "observed": None,
                "batch": BATCH, "output": str(output), "inputs": inputs, **more}
    return run_varve("task", stdin=json.dumps(document).encode())


def answer(inputs, output, **more):
    run = task(inputs, output, **more)
    assert run.code == 0, run.stderr
    assert run.stdout.count("\n") == 1
    return json.loads(run.stdout)


def part(path, text, **more):
    path.write_text(text)
    return {"path": str(path), "name": f"events/{path.name}", "date": "2025-01-17", **more}


def types(schema):
    return {field["name"]: field["type"] for field in json.loads(schema)["fields"]}


def test_one_part(tmp_path):
    text = '{"a":1}\n\nbad\n{"a":2}\n'
    found = answer([part(tmp_path / "a", text), {"path": "nowhere", "name": "b"}], tmp_path / "out")
    assert found["inputs"][0] == {"counts": [4, 2, 1, 1], "error": ""}
    assert found["inputs"][1]["counts"] == [0, 0, 0, 0]
    assert found["inputs"][1]["error"].startswith("not_found: b: ")
    (output,) = found["outputs"]
    path = tmp_path / "out" / output["name"]
    assert output["name"] == f"year=2025/month=01/day=17/part-00000-{BATCH}.snappy.parquet"
    assert (output["rows"], output["bytes"]) == (2, path.stat().st_size)
    assert len(output["hash"]) == 32
    (bad,) = found["quarantine"]
    record = json.loads((tmp_path / "out" / bad["name"]).read_text())
    assert (record["file"], record["line"], record["offset"]) == ("events/a", 3, 9)
    assert found["complete"]


def test_parts_agree_on_what_a_schema_would_not_say(tmp_path):
    """Whether the integers of one part fit the doubles of another: x does, y does not."""
    texts = ['{"x":1,"y":9007199254740993}\n', '{"x":0.5,"y":0.5}\n']
    inputs = [part(tmp_path / str(i), text) for i, text in enumerate(texts)]
    first = [answer([each], tmp_path / f"first{i}") for i, each in enumerate(inputs)]
    assert [types(each["schema"]) for each in first] == [
        {"x": "int64", "y": "int64"}, {"x": "double", "y": "double"}]
    observed = [each["observed"] for each in first]
    agreed = answer([], "", observed=observed)
    assert types(agreed["schema"]) == {"x": "double", "y": "string"}
    for given in (observed, observed[::-1], [agreed["observed"]]):
        for i, each in enumerate(inputs):
            second = answer([each], tmp_path / f"second{i}{given == observed}{len(given)}",
                            observed=given)
            assert second["complete"]
            assert second["schema"] == agreed["schema"]
    rows = [pq.read_table(tmp_path / f"second{i}False1").to_pylist()[0] for i in (0, 1)]
    assert [(row["x"], row["y"]) for row in rows] == [(1.0, "9007199254740993"), (0.5, "0.5")]


def test_what_contradicts_the_agreed_schema_is_not_written(tmp_path):
    """The input changed between the rounds: the answer says so."""
    observed = [answer([part(tmp_path / "a", '{"x":1}\n')], tmp_path / "first")["observed"]]
    found = answer([part(tmp_path / "a", '{"x":"text"}\n')], tmp_path / "out", observed=observed)
    assert not found["complete"]
    assert found["outputs"] == []
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_settings_are_those_of_a_pipeline(tmp_path):
    schema = {"varve_schema": 1, "fields": [{"name": "a", "type": "int64"}]}
    text = '{"a":1}\n{"a":"x"}\n'
    found = answer([part(tmp_path / "a", text)], tmp_path / "strict", schema=schema, pinned=True)
    assert found["inputs"][0]["counts"] == [2, 1, 1, 0]
    convert = {"cast": ["a=string"], "source-column": "true", "compression": "zstd:3",
               "partition": "none"}
    found = answer([part(tmp_path / "a", text)], tmp_path / "cast", schema=schema, convert=convert)
    assert types(found["schema"]) == {"a": "string"}
    (path,) = (tmp_path / "cast").glob("*.zstd.parquet")
    assert pq.read_table(path).column_names == ["a", "_source", "_line"]


@pytest.mark.parametrize("document, said", [
    ("", "not a task"), ("[]", "not a task"), ('{"convert": {}}', "not a task"),
    ('{"convert": {"partitions": "none"}}', "partitions: not a key"),
    ('{"convert": {"mode": "lax"}}', 'mode: "lax" is not one of evolve, rescue, strict'),
    ('{"convert": {}, "schema": {"fields": []}}', "varve_schema"),
    ('{"convert": {}, "schema": null, "observed": [{}]}', "not an observed schema"),
    ('{"convert": {"mode": "strict"}, "schema": null, "observed": null, "output": "out", '
     '"inputs": [{"path": "a", "name": "a"}]}', "need a schema")])
def test_nonsense_is_refused(document, said):
    run = run_varve("task", stdin=document.encode())
    assert run.code in (1, 2)
    assert run.stdout == ""
    assert said in run.stderr
