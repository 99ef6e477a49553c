"""Draws a picture of diagram_tables with `diagrams` and graphviz into docs/images/."""

import importlib
import pathlib
from contextlib import nullcontext

from diagram_tables import groups
from diagrams import Cluster, Diagram
from diagrams import Edge as Arrow

IMAGES = pathlib.Path(__file__).parent / "images"
FONT = "DejaVu Sans"
LOOK = {
    "data": {"color": "#1f6f8b", "penwidth": "2"},
    "control": {"color": "#8a8f98", "style": "dashed"},
    "trouble": {"color": "#c0392b", "penwidth": "1.6"},
}
GRAPH = {"fontname": FONT, "fontsize": "26", "pad": "0.4", "nodesep": "0.5", "ranksep": "0.75",
         "dpi": "90", "bgcolor": "white", "labelloc": "t", "splines": "spline", "newrank": "true"}
BOX = {"fontname": FONT, "fontsize": "18", "bgcolor": "#f4f7f9", "pencolor": "#c9d3da", "margin": "20"}


def icon(name):
    module, _, kind = name.rpartition(".")
    return getattr(importlib.import_module(f"diagrams.{module}"), kind)


def draw(picture):
    box = {**BOX, "rank": "same", "labeljust": "r"} if picture.rows else BOX
    drawn = {}
    with Diagram(picture.title, filename=str(IMAGES / picture.name), show=False, outformat="png",
                 direction="TB" if picture.rows else "LR", graph_attr=GRAPH,
                 node_attr={"fontname": FONT, "fontsize": "15"},
                 edge_attr={"fontname": FONT, "fontsize": "14", "fontcolor": "#444b52"}):
        for group, names in groups(picture).items():
            with Cluster(group, graph_attr=box) if group else nullcontext():
                for name in names:
                    node = picture.nodes[name]
                    drawn[name] = icon(node.icon)(node.label)
        for edge in picture.edges:
            arrow = Arrow(label=edge.label, **LOOK[edge.kind])
            drawn[edge.source] >> arrow >> drawn[edge.target]
