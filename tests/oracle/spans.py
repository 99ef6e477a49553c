"""Source text of values inside a line that is already known to be valid JSON."""

import json
import re

from oracle.lines import FloatToken, IntToken

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"[^ \t\r\n,\]}]+")
_CONTAINER = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}


def _skip(text, at):
    """End of the value that begins at `at`."""
    if text[at] == '"':
        return _STRING.match(text, at).end()
    if text[at] not in "[{":
        return _SCALAR.match(text, at).end()
    depth = 0
    for match in _CONTAINER.finditer(text, at):
        token = match.group()
        depth += (token in "[{") - (token in "]}")
        if depth == 0:
            return match.end()
    raise ValueError("not valid JSON")


def _space(text, at):
    return _SPACE.match(text, at).end()


def _scalar(source):
    if source in _LITERALS:
        return _LITERALS[source]
    if source[0] == '"':
        return json.loads(source)
    return (FloatToken if set(source) & set(".eE") else IntToken)(source)


def _items(text, at, keyed):
    """Yields (key, start of value); must be sent the value's end. Returns the container's end."""
    at = _space(text, at + 1)
    while text[at] not in "]}":
        key = None
        if keyed:
            end = _STRING.match(text, at).end()
            key = json.loads(text[at:end])
            at = _space(text, _space(text, end) + 1)
        at = _space(text, (yield key, at))
        if text[at] == ",":
            at = _space(text, at + 1)
    return at + 1


def _walk(text, at, wanted):
    """(value, end). `wanted(key)` of an object or list gives the plan of a child, see extract."""
    if wanted == "json":
        end = _skip(text, at)
        source = text[at:end]
        return (None if source == "null" else source), end
    if text[at] not in "[{":
        end = _skip(text, at)
        return _scalar(text[at:end]), end
    keyed = text[at] == "{"
    found = []
    items = _items(text, at, keyed)
    try:
        key, start = next(items)
        while True:
            child = (wanted.get(key) or wanted.get(None)) if isinstance(wanted, dict) else None
            value, end = _walk(text, start, child)
            found.append((key, value))
            key, start = items.send(end)
    except StopIteration as stop:
        end = stop.value
    return (dict(found) if keyed else [value for _, value in found]), end


def extract(text, plan):
    """The value of JSON `text`, with exact source text where the plan says so.

    A plan is None (decode everything), "json" (keep the source text; null stays None), or a dict:
    key -> plan of that member, None -> plan of every element or of members not named.
    """
    return _walk(text, _space(text, 0), plan)[0]
