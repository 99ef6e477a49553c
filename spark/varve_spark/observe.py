"""What was seen at each place of the schema. The counterpart of src/etl/schema/: a place's type is
a function of the set of kinds seen there, so neither order nor division of the lines matters."""

from decimal import Decimal

from varve_spark import iso8601
from varve_spark.accept import FloatToken, IntToken

(BOOL, INT, INEXACT, U64, BIG_INT, FRACTION, TEXT, TIMESTAMP_UTC, TIMESTAMP_LOCAL, DATE, OBJECT,
 ARRAY, JSON, DECIMAL, MAP) = (1 << bit for bit in range(15))
NUMBERS = INT | INEXACT | U64 | BIG_INT | FRACTION
STRINGS = TEXT | TIMESTAMP_UTC | TIMESTAMP_LOCAL | DATE
MAP_KEYS_MAX = 1000  # more distinct keys are data
_LEVELS_MAX = 40  # of nesting in the schema, beyond which readers fail
_NO_POSITION = 1 << 32
_STAMPS = {"timestamp_utc": TIMESTAMP_UTC, "timestamp_local": TIMESTAMP_LOCAL, "date": DATE}
_FACTS_OF_KIND = {"unknown": 0, "bool": BOOL, "int64": INT, "double": FRACTION, "decimal": U64,
                  "string": TEXT, "json": JSON, "struct": OBJECT, "list": ARRAY,
                  "map": OBJECT | MAP, **_STAMPS}


def integer_facts(text):
    value = int(text)
    facts = BIG_INT
    if -2**63 <= value < 2**63:
        facts = INT
    elif 0 <= value < 2**64:
        facts = U64
    try:
        return facts if int(float(value)) == value else facts | INEXACT
    except OverflowError:
        return facts | INEXACT


def fits_decimal(text, precision, scale):
    """Whether a number is exact with that many digits."""
    _, digits, exponent = Decimal(text).as_tuple()
    unscaled = int("".join(map(str, digits)))
    while unscaled and unscaled % 10 == 0 and exponent < -scale:
        unscaled, exponent = unscaled // 10, exponent + 1
    shift = exponent + scale
    return unscaled == 0 or 0 <= shift <= precision and unscaled * 10**shift < 10**precision


class Observed:
    """One place. `fields` of objects, by key; `element` of lists and maps."""

    __slots__ = ("facts", "position", "decimal", "fields", "element")

    def __init__(self, facts=0, position=_NO_POSITION):
        self.facts = facts
        self.position = position
        self.decimal = None  # (precision, scale) that the schema declares
        self.fields = {}
        self.element = None

    def add(self, value, timestamps, level=0):
        """`timestamps`: whether strings may be ISO 8601 values."""
        if value is None:
            return
        if isinstance(value, dict):
            self._add_object(value, timestamps, level)
        elif isinstance(value, list):
            self._limit_depth(level)
            self.facts |= ARRAY
            for item in value:
                self._inside().add(item, timestamps, level + 2)
        else:
            self.facts |= self._scalar(value, timestamps)

    def _scalar(self, value, timestamps):
        if isinstance(value, bool):
            return BOOL
        if isinstance(value, (IntToken, FloatToken)):
            if self.decimal and fits_decimal(value, *self.decimal):
                return DECIMAL
            return FRACTION if isinstance(value, FloatToken) else integer_facts(value)
        stamp = iso8601.parse(value) if timestamps else None
        return _STAMPS[stamp[0]] if stamp else TEXT

    def _add_object(self, value, timestamps, level):
        self._limit_depth(level)
        self.facts |= OBJECT
        if self.facts & MAP:
            for item in value.values():
                self._inside().add(item, timestamps, level + 2)
            return
        if self.facts & JSON:
            return
        for position, (key, item) in enumerate(value.items()):
            field = self.fields.get(key)
            if field is None:
                field = self.fields[key] = Observed()
            field.position = min(field.position, position)
            field.add(item, timestamps, level + 1)
        self._limit_keys(level == 0)

    def _inside(self):
        if self.element is None:
            self.element = Observed(position=0)
        return self.element

    def _limit_depth(self, level):
        if level > _LEVELS_MAX:
            self.facts |= JSON

    def _limit_keys(self, is_root):
        if not is_root and len(self.fields) > MAP_KEYS_MAX:
            self.facts |= JSON
            self.fields = {}

    def merge(self, other, is_root=True):
        self.facts |= other.facts
        self.position = min(self.position, other.position)
        self.decimal = self.decimal or other.decimal
        for key, field in other.fields.items():
            self.fields.setdefault(key, Observed()).merge(field, False)
        if other.element is not None:
            self._inside().merge(other.element, False)
        self._limit_keys(is_root)


def observe_field(field, position=0):
    """What resolves to the given field of a schema document."""
    observed = Observed(_FACTS_OF_KIND[field["type"]], position)
    if field["type"] == "decimal" and (field["precision"], field["scale"]) != (20, 0):
        observed.facts = DECIMAL
        observed.decimal = (field["precision"], field["scale"])
    for child_position, child in enumerate(field.get("fields", ())):
        observed.fields[child.get("key", child["name"])] = observe_field(child, child_position)
    inside = field.get("element", field.get("value"))
    if inside:
        observed.element = observe_field(inside)
    return observed
