"""From rows of tokens to what Spark's writer takes, by a schema document.

Each field gives a Spark type and a function of (value, source): `source` is the exact text of the
value, or the texts inside it, where some column below keeps JSON text. A value that does not fit
its field raises Mismatch; with an agreed schema that cannot happen.
"""

from decimal import Decimal

from pyspark.sql import types

from varve_spark import iso8601
from varve_spark.accept import FloatToken, IntToken
from varve_spark.observe import INEXACT, INT, OBJECT, Observed, fits_decimal, integer_facts

_STAMP_TYPES = {"timestamp_utc": types.TimestampType, "timestamp_local": types.TimestampNTZType,
                "date": types.DateType}


class Mismatch(Exception):
    """The line does not fit the schema."""


def _need(condition):
    if not condition:
        raise Mismatch


def _bool(value, _):
    _need(isinstance(value, bool))
    return value


def _int64(value, _):
    _need(isinstance(value, IntToken) and integer_facts(value) & INT)
    return int(value)


def _double(value, _):
    _need(isinstance(value, FloatToken) or
          isinstance(value, IntToken) and not integer_facts(value) & INEXACT)
    return float(value)


def _string(value, _):
    """Strings, and numbers that no numeric type holds, as they are written."""
    _need(isinstance(value, str))
    return str(value)


def _json(_, source):
    return source


def _empty_object(value, _):
    _need(value == {})
    return "{}"


def _unknown(_value, _source):
    raise Mismatch


def _decimal(precision, scale):
    def convert(value, _):
        _need(isinstance(value, (IntToken, FloatToken)) and fits_decimal(value, precision, scale))
        return Decimal(value)
    return convert


def _stamp(kind):
    def convert(value, _):
        _need(type(value) is str)
        parsed = iso8601.parse(value)
        _need(parsed and parsed[0] == kind)
        return parsed[1]
    return convert


def _list(inside):
    def convert(value, source):
        _need(isinstance(value, list))
        sources = source or [None] * len(value)
        return [None if item is None else inside(item, text) for item, text in zip(value, sources)]
    return convert


def _map(inside):
    def convert(value, source):
        _need(isinstance(value, dict))
        source = source or {}
        return {key: None if item is None else inside(item, source.get(key))
                for key, item in value.items()}
    return convert


def _struct(fields):
    """`fields`: [(key, function)]."""
    known = {key for key, _ in fields}

    def convert(value, source):
        _need(isinstance(value, dict) and known.issuperset(value))
        source = source or {}
        return tuple(None if value.get(key) is None else inside(value[key], source.get(key))
                     for key, inside in fields)
    return convert


_SIMPLE = {"bool": (types.BooleanType(), _bool), "int64": (types.LongType(), _int64),
           "double": (types.DoubleType(), _double), "string": (types.StringType(), _string),
           "unknown": (types.StringType(), _unknown)}


def _column(field, observed):
    """(Spark type, function, plan of source texts)."""
    kind = field["type"]
    if kind in _SIMPLE:
        return (*_SIMPLE[kind], None)
    if kind in _STAMP_TYPES:
        return _STAMP_TYPES[kind](), _stamp(kind), None
    if kind == "decimal":
        digits = (field["precision"], field["scale"])
        return types.DecimalType(*digits), _decimal(*digits), None
    if kind == "json":
        only_empty = observed.facts == OBJECT and not observed.fields
        return types.StringType(), _empty_object if only_empty else _json, not only_empty
    if kind == "struct":
        return _columns(field["fields"], observed)
    inside, convert, plan = _column(field.get("element") or field["value"],
                                    observed.element or Observed())
    plan = [plan] if plan else None
    if kind == "list":
        return types.ArrayType(inside), _list(convert), plan
    return types.MapType(types.StringType(), inside), _map(convert), plan


def _columns(fields, observed):
    struct, functions, plan = types.StructType(), [], {}
    for field in fields:
        key = field.get("key", field["name"])
        kind, convert, below = _column(field, observed.fields.get(key) or Observed())
        struct.add(field["name"], kind)
        functions.append((key, convert))
        if below:
            plan[key] = below
    return struct, _struct(functions), plan or None


def make_columns(schema, observed):
    """(StructType, function of a row, plan for source_text.find or None)."""
    return _columns(schema["fields"], observed)
