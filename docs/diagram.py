"""A diagram as a table of nodes and edges: drawn as PNG, written as Mermaid, and read by the test
that compares it with the template (tests/infra/test_diagrams.py). Only drawing needs graphviz.
"""

import importlib
import pathlib
import sys
from dataclasses import dataclass

IMAGES = pathlib.Path(__file__).parent / "images"
GRAPH = {"fontname": "DejaVu Sans", "fontsize": "26", "pad": "0.6", "nodesep": "0.8",
         "ranksep": "1.0", "splines": "spline", "bgcolor": "white", "dpi": "72"}
FONT = {"fontname": "DejaVu Sans", "fontsize": "14"}


@dataclass(frozen=True)
class Node:
    icon: str  # of the diagrams package: "aws.storage.S3"
    label: str
    resources: tuple = ()  # what it shows of the template, by logical id; none: it is outside
    group: str = ""


@dataclass(frozen=True)
class Edge:
    tail: str
    head: str
    label: str = ""
    dashed: bool = False  # only when something failed


@dataclass(frozen=True)
class Diagram:
    name: str  # of the image
    title: str
    direction: str  # LR or TB
    nodes: dict  # id -> Node
    edges: list

    def groups(self):
        """Group -> its node ids, in the order of the table; "" is no group."""
        grouped = {}
        for key, node in self.nodes.items():
            grouped.setdefault(node.group, []).append(key)
        return grouped


def mermaid(diagram):
    lines = [f"flowchart {diagram.direction}"]
    for number, (group, keys) in enumerate(diagram.groups().items()):
        indent = "  "
        if group:
            lines.append(f'  subgraph g{number}["{group}"]')
            indent = "    "
        for key in keys:
            label = diagram.nodes[key].label.replace("\n", "<br>")
            lines.append(f'{indent}{key}["{label}"]')
        if group:
            lines.append("  end")
    for edge in diagram.edges:
        arrow = "-.->" if edge.dashed else "-->"
        label = f'|"{edge.label}"|' if edge.label else ""
        label = label.replace("\n", "<br>")
        lines.append(f"  {edge.tail} {arrow}{label} {edge.head}")
    return "\n".join(lines) + "\n"


def draw(diagram):
    import diagrams  # needs graphviz, and only drawing does

    def drawn(node):
        module, _, name = node.icon.rpartition(".")
        return getattr(importlib.import_module(f"diagrams.{module}"), name)(node.label)

    with diagrams.Diagram(diagram.title, filename=str(IMAGES / diagram.name), outformat="png",
                          direction=diagram.direction, show=False, graph_attr=GRAPH,
                          node_attr=FONT, edge_attr=FONT):
        placed = {}
        for group, keys in diagram.groups().items():
            if not group:
                placed.update({key: drawn(diagram.nodes[key]) for key in keys})
                continue
            with diagrams.Cluster(group, graph_attr=FONT | {"fontsize": "18"}):
                placed.update({key: drawn(diagram.nodes[key]) for key in keys})
        for edge in diagram.edges:
            style = {"style": "dashed", "color": "firebrick"} if edge.dashed else {"color": "gray30"}
            arrow = diagrams.Edge(label=edge.label, **FONT, **style)
            _ = placed[edge.tail] >> arrow >> placed[edge.head]


def main(diagram):
    """Draws the image, or with --mermaid prints the text."""
    if sys.argv[1:] == ["--mermaid"]:
        print(mermaid(diagram), end="")
    else:
        draw(diagram)
