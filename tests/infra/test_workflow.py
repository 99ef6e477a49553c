"""The state machine's definition: what may pass is retried, what does not is told, nothing hangs."""

import json
import re
import subprocess

import pytest
from conftest import ROOT
from stack import DEFINITION, definition, properties

LINT = ROOT / "scripts/infra_lint.sh"
RETRYABLE = {"throttled", "io"}  # IsRetryable, src/base/result.h


def states(kind=None):
    return {name: state for name, state in definition()["States"].items()
            if kind in (None, state["Type"])}


def lint(path):
    if not (ROOT / ".venv-infra/bin/statelint").exists():
        pytest.skip("no linters here; make test and make infra-lint install them")
    return subprocess.run([LINT, path], capture_output=True, text=True, check=False)


def test_the_linter_accepts_the_definition():
    run = lint(DEFINITION)
    assert run.returncode == 0, run.stderr


def test_the_linter_refuses_a_next_that_leads_nowhere(tmp_path):
    broken = definition()
    broken["States"]["ConvertWithLambda"]["Next"] = "Comit"
    copy = tmp_path / "workflow.asl.json"
    copy.write_text(json.dumps(broken))
    run = lint(copy)
    assert run.returncode != 0
    assert '"Comit"' in run.stderr


def test_the_way_of_a_batch():
    found = states()
    assert definition()["StartAt"] == "Begin"
    assert found["Begin"]["Next"] == "ChooseEngine"
    (glue,) = found["ChooseEngine"]["Choices"]
    assert (glue["Variable"], glue["StringEquals"], glue["Next"]) == (
        "$.engine", "glue", "ConvertWithGlue")
    assert found["ChooseEngine"]["Default"] == "ConvertWithLambda"
    assert found["ConvertWithLambda"]["Next"] == found["ConvertWithGlue"]["Next"] == "Commit"
    assert found["Commit"]["Next"] == "Done" and found["Done"]["Type"] == "Succeed"
    assert found["Fail"]["Next"] == found["AlertDirectly"]["Next"] == "Failed"


@pytest.mark.parametrize("name", states("Task"))
def test_every_task_ends_and_every_failure_is_told(name):
    task = states()[name]
    assert task["TimeoutSeconds"] > 0
    last = task["Catch"][-1]
    assert last["ErrorEquals"] == ["States.ALL"]
    told = {"Fail": "AlertDirectly", "AlertDirectly": "Failed"}
    assert last["Next"] == told.get(name, "Fail")
    for retry in task["Retry"]:
        assert retry["JitterStrategy"] == "FULL" and retry["BackoffRate"] > 1
        assert 1 <= retry["MaxAttempts"] <= 10


@pytest.mark.parametrize("name", ["Begin", "ConvertWithLambda", "Commit", "Fail"])
def test_functions_are_retried_by_their_codes(name):
    task = states()[name]
    retried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
    assert RETRYABLE <= retried
    assert {"Lambda.ServiceException", "Lambda.TooManyRequestsException"} <= retried
    codes = {error for error in retried if re.fullmatch(r"[a-z_]+", error)}
    assert codes == RETRYABLE, "what is not retryable is not retried"
    assert task["Catch"][0] == {"ErrorEquals": ["conflict"], "Next": "Superseded",
                                "ResultPath": task["Catch"][0]["ResultPath"]}
    assert states()["Superseded"]["Type"] == "Succeed"


def test_a_state_outlives_what_it_waits_for():
    for state, function in {"Begin": "Begin", "ConvertWithLambda": "Convert", "Commit": "Commit",
                            "Fail": "Fail"}.items():
        assert states()[state]["TimeoutSeconds"] > properties(function + "Function")["Timeout"]
    glue = properties("GlueJob")
    assert states()["ConvertWithGlue"]["TimeoutSeconds"] > glue["Timeout"] * 60
    assert glue["MaxRetries"] == 0


def test_placeholders_are_the_template_s():
    named = set(re.findall(r"\$\{(\w+)\}", DEFINITION.read_text()))
    assert named == set(properties("StateMachine")["DefinitionSubstitutions"])


def test_the_built_template_holds_the_definition(tmp_path):
    built = tmp_path / "template.yaml"
    subprocess.run([ROOT / "scripts/build_template.py", built], check=True)
    text = built.read_text()
    block = text.split("DefinitionString: |\n")[1].split("\n      DefinitionSubstitutions:")[0]
    assert json.loads(block) == definition()
