"""From what was observed to the columns: types, names and their order, as a schema document
(docs/reference/schema.md). The counterpart of src/etl/convert/output_schema.cc."""

from varve_spark import observe as seen

COLUMNS_MAX = 10_000


def _numbers(facts):
    if facts & seen.FRACTION:
        return "string" if facts & seen.INEXACT else "double"
    if facts & seen.BIG_INT:
        return "string"
    return "decimal" if facts & seen.U64 else "int64"


def kind_of(observed):
    """The narrowest type that holds every kind of value seen there."""
    facts = observed.facts
    single = {0: "unknown", seen.BOOL: "bool", seen.DECIMAL: "decimal",
              seen.TIMESTAMP_UTC: "timestamp_utc", seen.TIMESTAMP_LOCAL: "timestamp_local",
              seen.DATE: "date", seen.ARRAY: "list"}
    if facts in single:
        return single[facts]
    if not facts & ~seen.NUMBERS:
        return _numbers(facts)
    if not facts & ~(seen.NUMBERS | seen.DECIMAL) or not facts & ~seen.STRINGS:
        return "string"
    if facts == seen.OBJECT:  # Parquet has no type for objects without keys
        return "struct" if observed.fields else "json"
    return "map" if facts & ~seen.OBJECT == seen.MAP else "json"


def _fold(name):
    """As readers that ignore case compare names."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in name)


class _Names:
    """Gives names that no reader confuses with one already taken."""

    def __init__(self, reserved):
        self._taken = set(map(_fold, reserved))

    def take(self, wanted):
        name, number = wanted, 2
        while _fold(name) in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(_fold(name))
        return name


def _printable(key):
    return "".join("_" if c < " " or c == "\x7f" else c for c in key) or "_"


def _fields(observed, given, reserved=()):
    """Fields of the given schema as they stand there, then the others by their place."""
    places = {field.get("key", field["name"]): (i, field) for i, field in enumerate(given)}
    names, name_of = _Names(reserved), {}
    keys = sorted(observed.fields, key=lambda key: key.encode("utf-8"))
    for key in sorted(keys, key=lambda key: key not in places):
        wanted = places[key][1]["name"] if key in places else _printable(key)
        name_of[key] = names.take(wanted)
    keys.sort(key=lambda key: (places.get(key, (len(places),))[0], observed.fields[key].position))
    fields = []
    for key in keys:
        field = {"name": name_of[key]}
        if name_of[key] != key:
            field["key"] = key
        fields.append({**field, **_type(observed.fields[key], places.get(key, (0, {}))[1])})
    return fields


def _type(observed, given):
    kind = kind_of(observed)
    made = {"type": kind}
    given = given if given.get("type") == kind else {}
    if kind == "decimal":
        made["precision"], made["scale"] = observed.decimal or (20, 0)
    elif kind == "struct":
        made["fields"] = _fields(observed, given.get("fields", ()))
    elif kind in ("list", "map"):
        inside = "element" if kind == "list" else "value"
        made[inside] = _type(observed.element or seen.Observed(), given.get(inside, {}))
    return made


def _leaves(field):
    inside = field.get("fields") or [field[name] for name in ("element", "value") if name in field]
    return sum(map(_leaves, inside)) if inside else 1


def make_schema(observed, given, reserved):
    """The schema document of the dataset. `given`: the document to begin with, or None; `reserved`:
    names of columns that come from no key."""
    fields = _fields(observed, given["fields"] if given else (), reserved)
    if sum(map(_leaves, fields)) > COLUMNS_MAX:
        raise ValueError(f"more than {COLUMNS_MAX} columns")
    return {"varve_schema": 1, "fields": fields}
