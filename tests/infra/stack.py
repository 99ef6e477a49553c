"""The template as data, for the tests of what is in it. YAML's short forms (!Ref, !Sub …) become
their long ones."""

import functools
import json
import subprocess

from conftest import ROOT

TEMPLATE = ROOT / "infra/template.yaml"
DEFINITION = ROOT / "infra/workflow.asl.json"
FUNCTIONS = {"ManifestBuilder": "manifest-builder", "Sweeper": "sweeper", "Begin": "begin",
             "Convert": "convert", "Commit": "commit", "Fail": "fail"}

# Run by Debian's Python, as the virtual environment has no YAML reader.
READER = """
import json, sys, yaml
def long_form(loader, suffix, node):
    value = {yaml.ScalarNode: loader.construct_scalar,
             yaml.SequenceNode: lambda n: loader.construct_sequence(n, deep=True),
             yaml.MappingNode: lambda n: loader.construct_mapping(n, deep=True)}[type(node)](node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix: value}
yaml.SafeLoader.add_multi_constructor("!", long_form)
json.dump(yaml.load(sys.stdin, yaml.SafeLoader), sys.stdout)
"""


@functools.lru_cache(maxsize=1)
def template():
    read = subprocess.run(["/usr/bin/python3", "-c", READER], input=TEMPLATE.read_text(), text=True,
                          capture_output=True, check=True)
    return json.loads(read.stdout)


def resources(kind=None):
    """Logical id -> resource, of one type or of all."""
    return {name: resource for name, resource in template()["Resources"].items()
            if kind in (None, resource["Type"])}


def properties(name):
    return template()["Resources"][name]["Properties"]


def definition():
    return json.loads(DEFINITION.read_text())


def texts(value):
    """All strings in it, keys aside."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in texts(part)]


def sections(page):
    """Anchors as renderers of Markdown make them, of a page below docs/."""
    headings = [line.lstrip("#").strip() for line in page.read_text().splitlines()
                if line.startswith("#")]
    return {"".join(c for c in heading.lower() if c.isalnum() or c in "-_ ").replace(" ", "-")
            for heading in headings}
