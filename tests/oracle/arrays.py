"""Arrow arrays in one canonical form, so that equality means equality of every bit that matters.

Canonical: strings are large_string, doubles their 64 bits as int64 (so -0.0 is not 0.0),
timestamps int64 microseconds, dates int32 days, decimals decimal128(38, scale), lists and maps
large_list, maps as lists of (key, value). What lies below a null is dropped.
"""

from collections import Counter
from decimal import Decimal
from itertools import chain, compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oracle import iso8601
from oracle.lines import FloatToken
from oracle.nodes import EMPTY_OBJECT


def _large_list(lengths, is_null, values):
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return pa.LargeListArray.from_arrays(pa.array(offsets), values, mask=is_null)


def _struct(children, names, is_null):
    fields = [pa.field(name, child.type) for name, child in zip(names, children)]
    return pa.StructArray.from_arrays(children, fields=fields, mask=is_null)


def _canonical_list(array):
    if pa.types.is_map(array.type):
        lengths = np.diff(array.offsets.to_numpy())
        first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
        parts = [part.slice(first, last - first) for part in (array.keys, array.items)]
        values = _struct(list(map(canonical, parts)), ["key", "value"],
                         pa.array(np.zeros(last - first, dtype=bool)))
    else:
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        values = canonical(array.flatten())
    return _large_list(lengths, array.is_null(), values)


def canonical(array):
    """The canonical form of an array or chunked array of any reader."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks)
    kind = array.type
    types = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return canonical(array.storage)
    if types.is_dictionary(kind):
        return canonical(array.dictionary_decode())
    if types.is_float64(kind) or (types.is_timestamp(kind) and kind.unit == "us"):
        return array.view(pa.int64())
    if types.is_date32(kind):
        return array.view(pa.int32())
    if types.is_string(kind) or types.is_string_view(kind) or types.is_large_binary(kind):
        return array.cast(pa.large_string())  # Polars gives JSON columns as binary
    if types.is_decimal(kind):
        return array.cast(pa.decimal128(38, kind.scale))
    if types.is_struct(kind):
        return _struct([canonical(child) for child in array.flatten()],
                       [child.name for child in kind], array.is_null())
    if types.is_map(kind) or types.is_list(kind) or types.is_large_list(kind):
        return _canonical_list(array)
    return array


class Rounding:
    """Counts numbers that lost digits on their way into a double.

    A number keeps its digits when printing the double with as many significant digits gives the
    number back: 0.30000000000000004 is kept, 9007199254740993.0 is not. Zeros at the end are not
    significant, so that 1e23 and 100000000000000000000000.0 are judged alike.
    """

    def __init__(self):
        self.count = 0

    def add(self, tokens):
        for token, count in Counter(tokens).items():
            if len(token) < 16 and "e" not in token and "E" not in token:
                continue  # 15 digits always survive
            exact, value = Decimal(token), float(token)
            digits = len("".join(map(str, exact.as_tuple().digits)).rstrip("0"))
            if exact != 0 and Decimal(f"{value:.{digits - 1}e}") != exact:
                self.count += count


def _converted(values, convert, arrow_type):
    table = {value: convert(value) for value in set(values) if value is not None}
    return pa.array(list(map(table.get, values)), arrow_type)


def build(node, values, rounding):
    """The canonical array that a node must hold, from JSON values (None: null or absent)."""
    kind = node.kind
    if kind == "bool":
        return pa.array(values, pa.bool_())
    if kind == "int64":
        return _converted(values, int, pa.int64())
    if kind == "double":
        rounding.add(value for value in values if value is not None)
        return _converted(values, float, pa.float64()).view(pa.int64())
    if kind == "decimal":
        return _converted(values, Decimal, pa.decimal128(38, node.arrow_type.scale))
    if kind in (iso8601.UTC, iso8601.LOCAL):
        return _converted(values, lambda text: iso8601.parse(text)[1], pa.int64())
    if kind == iso8601.DATE:
        return _converted(values, lambda text: iso8601.parse(text)[1], pa.int32())
    if kind in ("string", "json"):
        return pa.array(values, pa.large_string())
    if kind == EMPTY_OBJECT:
        return _converted([None if value is None else "" for value in values], lambda _: "{}",
                          pa.large_string())
    is_null = [value is None for value in values]
    if kind == "struct":
        children = [build(child, [None if value is None else value.get(child.key)
                                  for value in values], rounding) for child in node.children]
        names = [child.name for child in node.children]
        return _struct(children, names, pa.array(is_null, pa.bool_()))
    present = list(compress(values, [not null for null in is_null]))
    lengths = np.array([0 if value is None else len(value) for value in values], dtype=np.int64)
    if kind == "map":
        keys = pa.array(list(chain.from_iterable(present)), pa.large_string())
        items = list(chain.from_iterable(value.values() for value in present))
        elements = _struct([keys, build(node.children[0], items, rounding)], ["key", "value"],
                           pa.array(np.zeros(len(items), dtype=bool)))
    else:
        elements = build(node.children[0], list(chain.from_iterable(present)), rounding)
    return _large_list(lengths, pa.array(is_null, pa.bool_()), elements)
