"""infra/template.yaml and infra/workflow.asl.json as plain Python, and what is asked of them."""

import json
import subprocess

from conftest import ROOT

TEMPLATE = ROOT / "infra/template.yaml"
WORKFLOW = ROOT / "infra/workflow.asl.json"

# Debian's YAML reader, as the virtual environment has none. !Ref and its like become what JSON
# templates write: {"Ref": ...}, {"Fn::Sub": ...}.
READ = """
import json, sys, yaml
def intrinsic(loader, suffix, node):
    kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence,
             yaml.MappingNode: loader.construct_mapping}
    name = suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix
    deep = {} if isinstance(node, yaml.ScalarNode) else {"deep": True}
    return {name: kinds[type(node)](node, **deep)}
yaml.SafeLoader.add_multi_constructor("!", intrinsic)
json.dump(yaml.safe_load(sys.stdin), sys.stdout)
"""


def load_template():
    read = subprocess.run(["/usr/bin/python3", "-c", READ], input=TEMPLATE.read_text(), text=True,
                          capture_output=True, check=True)
    return json.loads(read.stdout)


def load_workflow():
    return json.loads(WORKFLOW.read_text())


def of_type(template, kind):
    """Logical name -> properties of the resources of one type."""
    return {name: resource["Properties"] for name, resource in template["Resources"].items()
            if resource["Type"] == kind}


def statements(template):
    """(resource's name, statement) for each statement of each policy, whatever it is attached to."""
    def walk(node):
        if isinstance(node, dict):
            if "Effect" in node:
                yield node
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for name, resource in template["Resources"].items():
        for statement in walk(resource["Properties"]):
            yield name, statement


def workflow_problems(workflow):
    """What is wrong with the graph of states: targets that do not exist, states nobody reaches."""
    states = workflow["States"]

    def targets(state):
        found = [state.get("Next"), state.get("Default")]
        found += [rule["Next"] for rule in state.get("Choices", []) + state.get("Catch", [])]
        return [target for target in found if target]

    edges = {name: targets(state) for name, state in states.items()}
    edges[None] = [workflow["StartAt"]]
    problems = [f"{name} leads to {target}, which is no state"
                for name, found in edges.items() for target in found if target not in states]
    problems += [f"{name} neither ends nor goes on" for name, state in states.items()
                 if not edges[name] and state["Type"] not in ("Succeed", "Fail")
                 and not state.get("End")]
    reached, queue = set(), [workflow["StartAt"]]
    while queue:
        name = queue.pop()
        if name in states and name not in reached:
            reached.add(name)
            queue += edges[name]
    return problems + [f"{name} is never reached" for name in states if name not in reached]
