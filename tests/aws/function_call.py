"""Calls a function that AWS's runtime interface emulator serves."""

import json
import urllib.error
import urllib.request

RUN_S = 600


def invoke(address, event):
    """(what the function answered, whether that is an error)."""
    request = urllib.request.Request(
        f"http://{address}/2015-03-31/functions/function/invocations", data=json.dumps(event).encode(),
        headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=RUN_S) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as died:  # the function's process did
        answer = json.load(died)
    return answer, isinstance(answer, dict) and "errorType" in answer
