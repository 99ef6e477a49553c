"""moto with what a pipeline needs of it and it lacks; usage: moto_server.py PORT

- Step Functions really runs state machines.
- Functions that state machines invoke are those that FUNCTIONS names, a JSON object of names and
  the addresses at which AWS's runtime interface emulator serves them.
- A Glue job run executes the command GLUE_RUNNER with the run's arguments; its exit code decides.
- With LOSE_ANSWERS set, the first call of each function for each batch, and the first Glue job run,
  do their work and then are told to have failed.
"""

import collections
import inspect
import json
import os
import shlex
import subprocess
import sys
import textwrap
import threading

import moto.glue.models as glue
import moto.stepfunctions.parser.asl.component.state.exec.state_task.lambda_eval_utils as invoking
from function_call import RUN_S, invoke
from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback as callback,
    state_task_service_glue as glue_task,
)

OUTPUT_KEPT = 2000
ANSWERED = set()
BUSY = collections.defaultdict(threading.Lock)  # the emulator dies of two calls at once


def is_lost(*call):
    """Whether the answer to this call, which is its first, gets lost."""
    if "LOSE_ANSWERS" not in os.environ or call in ANSWERED:
        return False
    ANSWERED.add(call)
    return True


def invoke_for_state_machine(parameters, region, state_credentials):
    del region, state_credentials
    name = parameters["FunctionName"].rpartition(":")[2]
    event = json.loads(parameters["Payload"])
    with BUSY[name]:
        answer, failed = invoke(json.loads(os.environ["FUNCTIONS"])[name], event)
    if is_lost(name, event["batch"]):
        answer, failed = {"errorType": "Lambda.Unknown", "errorMessage": "the answer is lost"}, True
    response = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": answer}
    return {**response, "FunctionError": "Unhandled"} if failed else response


class JobRun(glue.FakeJobRun):
    """A run of a Glue job that does something."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._status, self._error = "STARTING", None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        command = shlex.split(os.environ["GLUE_RUNNER"])
        for name, value in (self.arguments or {}).items():
            command += [name, str(value)]
        self._status = "RUNNING"
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=RUN_S, check=False)
        print(done.stdout, file=sys.stderr, flush=True)
        failed = done.returncode != 0 or is_lost("glue")
        self._error = done.stdout[-OUTPUT_KEPT:] if failed else None
        self._status = "FAILED" if failed else "SUCCEEDED"

    @property
    def status(self):
        return self._status

    @status.setter
    def status(self, value):
        self._status = value

    def as_dict(self):
        error = {"ErrorMessage": self._error} if self._error else {}
        return {**super().as_dict(), "GlueVersion": "5.0", **error}


def plain(value):
    """Without dates, which the output of a state cannot hold: AWS gives milliseconds."""
    return json.loads(json.dumps(value, default=lambda date: int(date.timestamp() * 1000)))


def wait_for_job_run(self, *arguments, original=glue_task.StateTaskServiceGlue._sync_to_start_job_run,
                     **options):
    look = original(self, *arguments, **options)
    return lambda: (result := look()) and plain(result)


def without_absent_endpoint(method):
    """moto 5.2 calls a method of the callback's endpoint after each .sync, where there is none."""
    source = textwrap.dedent(inspect.getsource(method))
    call = "callback_endpoint.interrupt_all()"
    mended = {}
    exec(source.replace("    " + call, "    callback_endpoint and " + call), callback.__dict__, mended)
    return mended[method.__name__]


def install():
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    invoking._invoke_lambda_function = invoke_for_state_machine
    glue.FakeJobRun = JobRun
    glue_task.StateTaskServiceGlue._sync_to_start_job_run = wait_for_job_run
    task = callback.StateTaskServiceCallback
    task._eval_integration_pattern = without_absent_endpoint(task._eval_integration_pattern)


if __name__ == "__main__":
    install()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
