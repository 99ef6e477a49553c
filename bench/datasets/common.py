"""What every generator shares: a seeded source of chance, word lists and an atomic file writer."""

import contextlib
import datetime
import os
import pathlib
import random

EPOCH = datetime.datetime(1970, 1, 1)

CITIES = [
    ("DE", "München", 48.137154, 11.576124),
    ("DE", "Köln", 50.937531, 6.960279),
    ("BR", "São Paulo", -23.55052, -46.633309),
    ("JP", "東京", 35.689487, 139.691711),
    ("US", "New York", 40.712776, -74.005974),
    ("US", "Portland", 45.515232, -122.678385),
    ("US", "Austin", 30.267153, -97.743057),
    ("FR", "Saint-Étienne", 45.439695, 4.387178),
    ("PL", "Łódź", 51.759248, 19.455983),
    ("IN", "Bengaluru", 12.971599, 77.594566),
    ("GB", "Leeds", 53.800755, -1.549077),
    ("CA", "Montréal", 45.501689, -73.567256),
    ("MX", "Mérida", 20.967370, -89.592586),
    ("TR", "İzmir", 38.423734, 27.142826),
    ("KR", "서울", 37.566535, 126.977969),
    ("SE", "Malmö", 55.604981, 13.003822),
]
FIRST = [
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Elif",
    "Farid",
    "Grace",
    "Hana",
    "Ivo",
    "José",
    "Kaito",
    "Léa",
    "Mia",
    "Nils",
    "Olga",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tomáš",
    "Uma",
    "Vera",
    "Wei",
    "Ximena",
    "Yusuf",
    "Zoë",
]
LAST = [
    "Abe",
    "Bianchi",
    "Castro",
    "Dubois",
    "Eriksson",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "López",
    "Müller",
    "Nguyen",
    "O'Neill",
    "Patel",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ueda",
    "Varga",
    "Wong",
    "Yılmaz",
    "Zhang",
]
WORDS = (
    "amber anchor basalt beacon birch canyon cedar chalk cinder clay copper coral delta drift "
    "ember estuary fern fjord flint floe garnet glacier gravel grove harbor heron inlet iris "
    "jasper kelp lagoon lake larch lichen marsh meadow mica moss oak onyx orchid pebble pine "
    "quartz reed ridge river sand sedge shale silt slate spruce stone tarn thistle tide tundra "
    "umber vale violet willow yarrow zephyr"
).split()


def make_random(name):
    """A generator of its own for each data set, so that none disturbs another."""
    return random.Random(f"varve-bench-{name}-1")


def skewed(rng, n, power=3.0):
    """An index below n; small ones are much more frequent."""
    return int(n * rng.random() ** power)


def iso_millis(micros):
    t = EPOCH + datetime.timedelta(microseconds=micros)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


def iso_seconds(micros):
    return (EPOCH + datetime.timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%SZ")


def hex_id(rng, digits):
    return f"{rng.getrandbits(4 * digits):0{digits}x}"


def uuid(rng):
    h = hex_id(rng, 32)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def sentence(rng, low, high):
    return " ".join(WORDS[skewed(rng, len(WORDS), 1.6)] for _ in range(rng.randint(low, high)))


@contextlib.contextmanager
def writer(path):
    """A binary file that appears under its name only when it is complete."""
    path = pathlib.Path(path)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb", buffering=1 << 20) as out:
        yield out
    os.replace(partial, path)
