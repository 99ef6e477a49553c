"""The logical type a column must have, given every value of it. An independent lattice.

A Type is what the values demand: it knows nothing of Parquet. `infer` looks at all values at once,
so the order of lines cannot matter.
"""

from dataclasses import dataclass, field
from itertools import chain

from oracle import iso8601
from oracle.lines import FloatToken, IntToken

MAP_KEYS_MAX = 1000
I64_MIN, I64_MAX, U64_MAX = -(2**63), 2**63 - 1, 2**64 - 1


@dataclass
class Type:
    """kind is a name of schema documents ("int64", "struct", ...); children by source key."""

    kind: str
    children: dict = field(default_factory=dict)  # struct: key -> Type; list, map: {"": Type}
    given: bool = False  # by a schema: a map that may not become JSON text

    def __str__(self):
        if not self.children:
            return self.kind
        inner = ", ".join(f"{key}: {child}" if key else str(child)
                          for key, child in self.children.items())
        return f"{self.kind}<{inner}>"


@dataclass(frozen=True)
class Options:
    """Settings of a conversion that change types."""

    timestamps_as_strings: bool = False
    map_keys_max: int = MAP_KEYS_MAX
    maps: frozenset = frozenset()  # paths of the maps of a given schema, see maps_of


def maps_of(fields, path=()):
    """Paths of the maps in the fields of a schema document: keys, "" for what lists and maps hold.

    The key "" of a struct would be taken for these.
    """
    found = set()
    for field in fields:
        here = (*path, field.get("key", field.get("name", "")))
        if field["type"] == "map":
            found |= {here, *maps_of([field["value"]], here)}
        elif field["type"] == "list":
            found |= maps_of([field["element"]], here)
        elif field["type"] == "struct":
            found |= maps_of(field["fields"], here)
    return frozenset(found)


def is_exact_double(integer):
    try:
        return int(float(integer)) == integer
    except OverflowError:
        return False


def _numbers(tokens, kinds):
    integers = [int(token) for token in tokens if type(token) is IntToken]
    if FloatToken in kinds:
        exact = all(map(is_exact_double, integers))
        return Type("double" if exact else "number_text")
    low, high = min(integers), max(integers)
    if low >= I64_MIN and high <= I64_MAX:
        return Type("int64")
    if low >= I64_MIN and high <= U64_MAX:
        return Type("decimal")
    return Type("number_text")


def _strings(texts, options):
    if options.timestamps_as_strings:
        return Type("string")
    kinds = set()
    for text in texts:
        parsed = iso8601.parse(text)
        if parsed is None:
            return Type("string")
        kinds.add(parsed[0])
    return Type(kinds.pop() if len(kinds) == 1 else "string")


def _objects(objects, options, path):
    keys = list(dict.fromkeys(chain.from_iterable(objects)))
    if len(keys) > options.map_keys_max or path in options.maps:
        values = chain.from_iterable(value.values() for value in objects)
        inside = infer(list(values), options, (*path, ""))
        return Type("map", {"": inside}, given=path in options.maps)
    return Type("struct", infer_fields(objects, keys, options, path))


def infer_fields(objects, keys, options, path=()):
    """Types of the given keys over all objects."""
    return {key: infer([value[key] for value in objects if key in value], options, (*path, key))
            for key in keys}


def infer(values, options=Options(), path=()):
    """The type of a column whose values (None: null) are these."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds and path in options.maps:
        return Type("map", {"": infer([], options, (*path, ""))}, given=True)
    if not kinds:
        return Type("unknown")
    present = [value for value in values if value is not None]
    if kinds == {bool}:
        return Type("bool")
    if kinds <= {IntToken, FloatToken}:
        return _numbers(set(present), kinds)
    if kinds == {str}:
        return _strings(set(present), options)
    if kinds == {dict}:
        return _objects(present, options, path)
    if kinds == {list}:
        elements = list(chain.from_iterable(present))
        return Type("list", {"": infer(elements, options, (*path, ""))})
    return Type("json")


def infer_rows(rows, options=Options()):
    """Type of whole lines: always a struct, however many keys they have."""
    keys = list(dict.fromkeys(chain.from_iterable(rows)))
    return Type("struct", infer_fields(rows, keys, options))
