"""The diagrams and the page of components speak of what is there. Needs no graphviz."""

import re
import sys

import pytest
from conftest import ROOT
from infra_template import load_template

sys.path.insert(0, str(ROOT / "docs"))
from diagram_tables import PICTURES, mermaid  # noqa: E402  (found by the line above)

COMPONENTS = ROOT / "docs/concepts.md"
PAGE = ROOT / "docs/aws/components.md"
ROW = re.compile(r"^\| ([A-Z][\w ]+) \| ([^|]+) \| (`[^|]+) \| (`[^|]+) \| (`[^|]+) \|$", re.M)


@pytest.fixture(scope="module")
def template():
    return load_template()


@pytest.fixture(scope="module")
def components():
    """Component -> what the table names: what it is on one machine, resources, code and tests."""
    rows = ROW.findall(COMPONENTS.read_text())
    found = {name: [re.findall(r"`([^`]+)`", cell) for cell in cells] for name, *cells in rows}
    assert len(found) == len(rows) == 11
    return found


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_what_is_drawn_is_in_the_template(picture, template):
    for name, node in picture.nodes.items():
        for resource in node.resources:
            assert resource in template["Resources"], f"{name} stands for {resource}"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_edges_join_nodes_and_no_node_is_alone(picture):
    joined = {end for edge in picture.edges for end in (edge.source, edge.target)}
    assert joined == set(picture.nodes)


def test_every_component_is_drawn(components):
    drawn = {node.component for node in PICTURES[0].nodes.values()} - {""}
    assert drawn == set(components)


def test_a_node_stands_for_resources_of_its_component(components):
    for picture in PICTURES:
        for node in picture.nodes.values():
            if node.component:
                assert set(node.resources) <= set(components[node.component][1]), node.label


def test_every_resource_serves_one_component(components, template):
    served = [resource for _, resources, _, _ in components.values() for resource in resources]
    assert sorted(served) == sorted(template["Resources"])


def test_code_and_tests_of_components_are_there(components):
    for name, (local, _, code, tests) in components.items():
        here = [f"src/adapters/local/{file}" for file in local if file.endswith(".cc")
                and "/" not in file]
        for path in here + [path for path in local if path.startswith("src/")] + code + tests:
            assert (ROOT / path).exists(), f"{name}: {path}"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_mermaid_and_image_are_on_the_page(picture):
    page = PAGE.read_text()
    assert f"```mermaid\n{mermaid(picture)}```" in page
    assert f"(../images/{picture.name}.png)" in page
    assert (ROOT / f"docs/images/{picture.name}.png").read_bytes().startswith(b"\x89PNG")
