#!/usr/bin/env python3
"""Writes the sample input of this folder: three days of events of a small web shop.

usage: examples/generate.py [FOLDER]     (default: this folder)

Every run writes the same lines: the only randomness is random.Random.random() with a fixed seed,
whose sequence Python guarantees. examples/README.md says what each file is there to show.
"""

import gzip
import json
import pathlib
import random
import sys
from datetime import datetime, timedelta

CITIES = [("Zürich", "CH", "08001"), ("Boston", "US", "02134"), ("Tōkyō", "JP", "100-0001"),
          ("São Paulo", "BR", "01000-000"), ("Oulu", "FI", "90100"), ("Kraków", "PL", "30-001")]
GOODS = [("0042-MUG", "Mug \"Varve\"", 12), ("1180-LAMP", "Desk lamp, 5 W", 39.9),
         ("0007-PEN", "Pen 🖊", 2.25), ("3301-BAG", "Bag / canvas", 54.5),
         ("0815-TEE", "T-shirt\n(size M)", 19), ("2210-CLOCK", "Clock ½", 88.75)]
AGENTS = [("iOS", "4.12.0"), ("Android", "4.11.3"), ("web", None)]


class Dice:
    """Choices made from random() alone, so that they are the same in every Python version."""

    def __init__(self, seed):
        self._random = random.Random(seed).random

    def below(self, limit):
        return int(self._random() * limit)

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, probability):
        return self._random() < probability

    def bits(self, count):
        return sum(self.below(2) << bit for bit in range(count))


def cart_of(dice):
    items = []
    for _ in range(1 + dice.below(3)):
        sku, name, price = dice.pick(GOODS)
        items.append({"sku": sku, "name": name, "qty": 1 + dice.below(4), "price": price})
    return items


def event_of(dice, moment):
    """One event, its keys always in the same order, as one producer writes them."""
    city, country, postcode = dice.pick(CITIES)
    system, version = dice.pick(AGENTS)
    kind = dice.pick(["page_view", "page_view", "page_view", "search", "add_to_cart", "purchase"])
    event = {
        "id": f"{dice.bits(32):08x}-{dice.bits(16):04x}",
        "ts": moment.isoformat(timespec="microseconds") + "Z",
        "type": kind,
        # Beyond 2^53: a reader that goes through a double changes the last digits.
        "user": {"id": 9007199254740993 + 2 * dice.below(40_000), "country": country,
                 "city": city, "postcode": postcode, "member": dice.chance(0.3)},
        "device": {"os": system, "app": version},
        "trace": dice.bits(64),  # unsigned 64 bit: half of them do not fit a signed one
    }
    if kind == "page_view":
        event["page"] = f"/shop/{dice.pick(GOODS)[0].lower()}?ref={dice.below(1000)}"
        event["ms"] = dice.below(900) + dice.below(1000) / 1000
    if kind == "search":
        event["query"] = dice.pick(["lamp", "mug blau", "ランプ", "pen \\ ink", ""])
        event["hits"] = [dice.below(5000) for _ in range(dice.below(5))]
    if kind in ("add_to_cart", "purchase"):
        event["cart"] = cart_of(dice)
    if kind == "purchase":
        event["total"] = round(sum(i["qty"] * i["price"] for i in event["cart"]), 2)
        event["ship_on"] = (moment + timedelta(days=1 + dice.below(5))).date().isoformat()
    return event


def events_of(day, number, count):
    """The events of one file, in time order."""
    dice = Dice(f"{day} {number}")
    moment = datetime.fromisoformat(day) + timedelta(hours=6 * (number - 1))
    events = []
    for _ in range(count):
        moment += timedelta(seconds=dice.below(90), microseconds=dice.below(1_000_000))
        events.append(event_of(dice, moment))
    return events


def compact(event):
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def spaced_ascii(event):
    return json.dumps(event).encode()  # ", " and ": ", and \u escapes beyond ASCII


def zipped(data):
    return gzip.compress(data, compresslevel=9, mtime=0)


def bad_lines(good):
    """(line, why it is quarantined), each made from a good line so that they look alike."""
    text = good.decode()
    with_price = text[:-1] + ',"price":%s}'
    return [
        (text[:80].encode(), "cut off in the middle"),
        (good + b"}", "bytes after the value"),
        (good + good, "two values on one line"),
        (b"[" + good + b"]", "an array, not an object"),
        (b'"just a string"', "a scalar, not an object"),
        ((text[:-1] + ',"type":"purchase"}').encode(), "a key that appears twice"),
        ((text[:-1] + ',"emoji":"\\ud83d"}').encode(), "half of a surrogate pair"),
        (good[:-1] + b',"name":"M\xfcller"}', "Latin-1 where UTF-8 is due"),
        ((text[:-1] + ',"note":"tab\there"}').encode(), "a raw control character"),
        ((with_price % "NaN").encode(), "NaN is not JSON"),
        ((with_price % "1e400").encode(), "a number beyond every double"),
        ((with_price % "007").encode(), "a number with leading zeros"),
        (text.replace('"', "'").encode(), "single quotes"),
    ]


def file_bytes():
    """Name -> content of each sample file."""
    files = {}

    def put(name, lines, end=b"\n"):
        files[name] = b"".join(line + end for line in lines)

    day = "2025-01-17"
    put(f"{day}-file001.ndjson", map(compact, events_of(day, 1, 300)))
    files[f"{day}-file002.ndjson.gz"] = zipped(
        b"".join(compact(e) + b"\n" for e in events_of(day, 2, 400)))
    put(f"{day}-file003.ndjson", map(compact, events_of(day, 3, 200)), end=b"\r\n")
    files[f"{day}-file004.ndjson"] = b"\n".join(map(compact, events_of(day, 4, 200)))

    day = "2025-01-18"
    late = events_of(day, 1, 300)
    for event in late[-3:]:
        event["coupon"] = {"code": "WINTER", "percent": 15}
    put(f"{day}-file001.ndjson", map(compact, late))
    parts = [events_of(day, 2, 400)[i:i + 150] for i in (0, 150, 300)]
    files[f"{day}-file002.ndjson.gz"] = b"".join(
        zipped(b"".join(compact(e) + b"\n" for e in part)) for part in parts)
    lines = list(map(compact, events_of(day, 3, 200)))
    for place, (line, _) in enumerate(bad_lines(lines[0])):
        lines.insert(10 + 15 * place, line)
    put(f"{day}-file003.ndjson", lines)
    lines = list(map(compact, events_of(day, 4, 200)))
    for place in (0, 50, 51, 120):
        lines.insert(place, b"" if place != 51 else b"  \t")
    put(f"{day}-file004.ndjson", lines)
    files[f"{day}-file004.ndjson"] = b"\xef\xbb\xbf" + files[f"{day}-file004.ndjson"]

    day = "2025-01-19"
    put(f"{day}-file001.ndjson", map(spaced_ascii, events_of(day, 1, 250)))
    widening = events_of(day, 2, 400)
    for number, event in enumerate(widening):
        event["attempt"] = 1 + number % 3 if number < 399 else 2.5
        event["note"] = {"gift": True, "lines": [1, 2.0]} if number % 97 == 5 else "none"
    files[f"{day}-file002.ndjson.gz"] = zipped(
        b"".join(compact(e) + b"\n" for e in widening))
    shuffled = events_of(day, 3, 200)
    dice = Dice("shuffle")
    for number, event in enumerate(shuffled):
        keys = list(event)
        order = sorted(keys, key=lambda _: dice.below(1 << 30))
        shuffled[number] = {key: event[key] for key in order}
    put(f"{day}-file003.ndjson", map(compact, shuffled))
    hollow = events_of(day, 4, 200)
    for number, event in enumerate(hollow):
        if number % 7 == 0:
            event["device"] = {}
        if number % 5 == 0:
            event["hits"] = [] if number % 10 else None
        event["experiment"] = None
    put(f"{day}-file004.ndjson", map(compact, hollow))
    return files


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__)
    folder = folder if folder.is_dir() else folder.parent
    for name, content in file_bytes().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
