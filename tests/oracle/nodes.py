"""The columns of a Parquet file as a tree of Nodes, and whether they are what the values demand."""

import json
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

NAME_MAPPING = b"varve.name_mapping"  # footer: JSON object, column path -> source key path

# What a Type of oracle.lattice may be stored as.
_STORED_AS = {
    "unknown": {"string"},
    "number_text": {"string", "json"},
    "map": {"map", "json"},
}
EMPTY_OBJECT = "empty object"  # kind of a JSON column that only ever holds {}

# Containers around a value, beyond which readers fail (pyarrow stops at 100 schema levels, two of
# them a list; DuckDB doubles its time with each level), so that JSON text is as good.
NESTING_MAX = 20


@dataclass
class Node:
    """One column or nested field of a file."""

    name: str
    key: str  # in the JSON
    kind: str
    arrow_type: pa.DataType
    children: list = field(default_factory=list)

    def holds_json(self):
        return self.kind == "json" or any(child.holds_json() for child in self.children)

    def plan(self):
        """Plan for spans.extract: where exact source text is wanted."""
        if self.kind == "json":
            return "json"
        plans = {(child.key if self.kind == "struct" else None): child.plan()
                 for child in self.children}
        return {key: plan for key, plan in plans.items() if plan} or None


def _scalar_kind(arrow_type, is_json):
    if is_json:
        return "json"
    if pa.types.is_timestamp(arrow_type):
        if arrow_type.unit != "us":
            return str(arrow_type)
        return "timestamp_utc" if arrow_type.tz else "timestamp_local"
    if pa.types.is_decimal(arrow_type):
        return "decimal"
    names = {pa.bool_(): "bool", pa.int64(): "int64", pa.float64(): "double",
             pa.string(): "string", pa.date32(): "date"}
    return names.get(arrow_type, str(arrow_type))


class _Builder:
    def __init__(self, metadata):
        self._leaf = 0
        self._schema = metadata.schema
        footer = metadata.metadata or {}
        self._mapping = json.loads(footer.get(NAME_MAPPING, b"{}"))

    def _key(self, path, parent_source):
        source = self._mapping.get(path)
        if source is None:
            return path[len(parent_source[0]):]
        prefix = parent_source[1]
        return source[len(prefix):] if source.startswith(prefix) else source

    def node(self, arrow_field, parent):
        """`parent` is (column path prefix, source path prefix), both ending in "." unless empty."""
        path = parent[0] + arrow_field.name
        key = self._key(path, parent)
        inside = (path + ".", parent[1] + key + ".")
        arrow_type = arrow_field.type
        if pa.types.is_struct(arrow_type):
            children = [self.node(child, inside) for child in arrow_type]
            return Node(arrow_field.name, key, "struct", arrow_type, children)
        if pa.types.is_map(arrow_type):
            self._leaf += 1  # the key
            child = self._element(arrow_type.item_field, inside)
            return Node(arrow_field.name, key, "map", arrow_type, [child])
        if pa.types.is_list(arrow_type):
            child = self._element(arrow_type.value_field, inside)
            return Node(arrow_field.name, key, "list", arrow_type, [child])
        is_json = self._schema.column(self._leaf).logical_type.type == "JSON"
        self._leaf += 1
        return Node(arrow_field.name, key, _scalar_kind(arrow_type, is_json), arrow_type)

    def _element(self, arrow_field, parent):
        """An element has no name of its own: paths name struct fields only."""
        element = arrow_field.with_name("")
        outer = tuple(prefix[:-1] for prefix in parent)
        node = self.node(element, outer)
        node.name, node.key = arrow_field.name, ""
        return node


def read_nodes(file: pq.ParquetFile):
    """Top-level nodes of a file."""
    builder = _Builder(file.metadata)
    return [builder.node(arrow_field, ("", "")) for arrow_field in file.schema_arrow]


def _height(expected):
    return 1 + max(map(_height, expected.children.values()), default=0)


def differences(expected, node, where, level=0):
    """Why a node is not of the expected Type; empty when it is. May refine node.kind."""
    if node.kind == "json" and level + _height(expected) > NESTING_MAX:
        return []
    stored = {expected.kind} if expected.given else _STORED_AS.get(expected.kind, {expected.kind})
    if expected.kind == "struct" and not expected.children and node.kind == "json":
        node.kind = EMPTY_OBJECT  # Parquet has no type for objects without keys
        return []
    if node.kind not in stored:
        return [f"type of {where}: {node.kind}, the values demand {expected}"]
    if node.kind in ("list", "map") and expected.children:
        return differences(expected.children[""], node.children[0], where + "[]", level + 1)
    if node.kind == "struct":
        return field_differences(expected.children, node.children, where, level + 1)
    return []


def field_differences(expected, nodes, where="", level=0):
    """The same for the fields of a struct, or the columns of a file."""
    found = []
    keys = [node.key for node in nodes]
    if len(set(keys)) != len(keys):
        found.append(f"columns of {where or 'the file'}: a source key has two columns: {keys}")
    for key in expected.keys() - set(keys):
        found.append(f"missing column {where}.{key}")
    for node in nodes:
        if node.key not in expected:
            found.append(f"column {where}.{node.key} has no key in the input")
        else:
            found += differences(expected[node.key], node, f"{where}.{node.key}", level)
    return found


def describe(node):
    """A node's type in the spelling of lattice.Type, with the keys of structs sorted."""
    if node.kind == "struct":
        inner = ", ".join(sorted(f"{child.key}: {describe(child)}" for child in node.children))
        return f"struct<{inner}>"
    if node.kind in ("list", "map"):
        return f"{node.kind}<{describe(node.children[0])}>"
    return node.kind
