"""Calls a function that AWS's runtime interface emulator serves."""

import json
import urllib.request

RUN_S = 600


def invoke(address, payload):
    """(what the function answered, whether that is an error)."""
    request = urllib.request.Request(
        f"http://{address}/2015-03-31/functions/function/invocations", data=payload,
        headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=RUN_S) as response:
        answer = json.load(response)
    return answer, isinstance(answer, dict) and "errorType" in answer
