"""Exact source text of some values of a line that is known to be valid JSON.

A plan says of which: True (this value), {key: plan} (members of an object), [plan] (all elements of
a list, or values of a map). What is found has the shape of the plan.
"""

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCALAR = re.compile(r"[^ \t\r\n,\]}]+")
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def _space(text, at):
    return _SPACE.match(text, at).end()


def _end_of(text, at):
    if text[at] == '"':
        return _STRING.match(text, at).end()
    if text[at] not in "[{":
        return _SCALAR.match(text, at).end()
    depth = 0
    for match in _MARK.finditer(text, at):
        depth += (match[0] in "[{") - (match[0] in "]}")
        if depth == 0:
            return match.end()
    raise ValueError("not valid JSON")


def _members(text, at, plan):
    """(what was found in the object at `at`, its end). Of a map all values have one plan."""
    found = {}
    at = _space(text, at + 1)
    while text[at] != "}":
        end = _STRING.match(text, at).end()
        key = json.loads(text[at:end])
        at = _space(text, _space(text, end) + 1)
        found[key], at = _find(text, at, plan[0] if isinstance(plan, list) else plan.get(key))
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)
    return found, at + 1


def _elements(text, at, plan):
    found = []
    at = _space(text, at + 1)
    while text[at] != "]":
        item, at = _find(text, at, plan)
        found.append(item)
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)
    return found, at + 1


def _find(text, at, plan):
    if plan and plan is not True and text[at] == "{":
        return _members(text, at, plan)
    if isinstance(plan, list) and text[at] == "[":
        return _elements(text, at, plan[0])
    end = _end_of(text, at)
    return (text[at:end] if plan is True else None), end


def find(text, plan):
    return _find(text, _space(text, 0), plan)[0]
