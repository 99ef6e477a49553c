"""events: a nested application event log with the usual mixture of identifiers, enums and numbers."""

import orjson

from datasets import common

ROWS = 290_000
TYPES = [
    "page_view",
    "click",
    "scroll",
    "search",
    "add_to_cart",
    "purchase",
    "login",
    "logout",
    "share",
    "error",
]
OS = [
    ("iOS", ["17.5.1", "17.6", "18.0", "18.1.1"]),
    ("Android", ["12", "13", "14", "15"]),
    ("Windows", ["10", "11"]),
    ("macOS", ["13.6", "14.5", "15.1"]),
    ("Linux", ["6.1", "6.8"]),
]
MODELS = [
    "iPhone15,2",
    "iPhone14,7",
    "Pixel 8",
    "SM-S911B",
    "SM-A546B",
    "desktop",
    "MacBookPro18,3",
    "ThinkPad X1",
    "iPad13,4",
    "XQ-CC54",
]
SCREENS = [(390, 844), (393, 852), (412, 915), (1920, 1080), (1440, 900), (2560, 1440)]
PLANS = ["free", "free", "free", "basic", "pro", "team", "enterprise"]
TAGS = [
    "beta",
    "mobile",
    "eu",
    "ab-test-a",
    "ab-test-b",
    "returning",
    "first-visit",
    "promo",
    "gift",
    "vip",
    "señal",
    "größe",
    "recent",
    "newsletter",
    "organic",
    "paid",
]
CURRENCIES = ["EUR", "USD", "USD", "GBP", "JPY", "BRL"]


def make_user(rng, number):
    first, last = rng.choice(common.FIRST), rng.choice(common.LAST)
    user = {
        "id": 10_000_000 + number * 37,
        "name": f"{first} {last}",
        "plan": rng.choice(PLANS),
        "signup_date": common.iso_seconds(1_500_000_000_000_000 + number * 2_700_000_000)[:10],
        "verified": rng.random() < 0.8,
    }
    if rng.random() < 0.7:
        user["email"] = f"user{number}@{rng.choice(common.WORDS)}.example"
    return user


def make_agent(rng):
    return (
        f"Mozilla/5.0 ({rng.choice(OS)[0]}; {rng.choice(MODELS)}) AppleWebKit/"
        f"{rng.randint(530, 620)}.{rng.randint(1, 40)} (KHTML, like Gecko) Version/"
        f"{rng.randint(12, 19)}.{rng.randint(0, 9)} Safari/604.1"
    )


def make_product(rng, number):
    return {
        "sku": f"SKU-{rng.choice(common.WORDS)[:3].upper()}-{number:05d}",
        "name": common.sentence(rng, 2, 4).title(),
        "price": rng.randint(99, 99_999) / 100,
        "category": rng.choice(common.WORDS),
    }


def make_items(rng, products, kind):
    count = rng.randint(1, 5) if kind in ("purchase", "add_to_cart") else skewed_count(rng)
    items = []
    for _ in range(count):
        product = products[common.skewed(rng, len(products), 2.0)]
        item = {
            "sku": product["sku"],
            "name": product["name"],
            "category": product["category"],
            "qty": 1 + common.skewed(rng, 9, 4.0),
            "price": product["price"],
        }
        if rng.random() < 0.2:
            item["discount"] = round(product["price"] * rng.choice([0.05, 0.1, 0.15, 0.25]), 2)
        items.append(item)
    return items


def skewed_count(rng):
    return common.skewed(rng, 4, 2.0)


def make_context(rng, agents):
    os_name, versions = OS[common.skewed(rng, len(OS), 1.5)]
    width, height = SCREENS[common.skewed(rng, len(SCREENS), 1.3)]
    country, city, lat, lon = common.CITIES[common.skewed(rng, len(common.CITIES), 1.5)]
    context = {
        "ip": f"{rng.randint(11, 223)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
        "locale": f"{country.lower()}-{country}",
        "user_agent": agents[common.skewed(rng, len(agents))],
        "device": {
            "os": os_name,
            "os_version": rng.choice(versions),
            "model": rng.choice(MODELS),
            "screen": {"width": width, "height": height},
        },
        "geo": {
            "country": country,
            "city": city,
            "lat": round(lat + rng.gauss(0, 0.05), 6),
            "lon": round(lon + rng.gauss(0, 0.05), 6),
        },
    }
    if rng.random() < 0.35:
        context["referrer"] = (
            f"https://{rng.choice(common.WORDS)}.example/{rng.choice(common.WORDS)}?q={common.sentence(rng, 1, 3).replace(' ', '+')}"
        )
    return context


def generate(path, smoke):
    rng = common.make_random("events")
    users = [make_user(rng, i) for i in range(40_000)]
    products = [make_product(rng, i) for i in range(5_000)]
    agents = [make_agent(rng) for _ in range(3_000)]
    sessions = [common.hex_id(rng, 16) for _ in range(30_000)]
    now = 1_737_072_000_000_000
    with common.writer(path) as out:
        for i in range(20_000 if smoke else ROWS):
            now += rng.randint(1_000, 500_000)
            kind = TYPES[common.skewed(rng, len(TYPES), 1.8)]
            event = {
                "event_id": common.uuid(rng),
                "ts": common.iso_millis(now),
                "received_at": common.iso_millis(now + rng.randint(5_000, 4_000_000)),
                "type": kind,
                "seq": 9_007_199_254_700_000 + i * 3,
                "session_id": sessions[common.skewed(rng, len(sessions), 1.5)],
                "user": users[common.skewed(rng, len(users), 2.0)],
                "context": make_context(rng, agents),
                "tags": [
                    TAGS[common.skewed(rng, len(TAGS), 1.4)]
                    for _ in range(common.skewed(rng, 6, 1.5))
                ],
                "items": make_items(rng, products, kind),
                "duration_ms": int(rng.expovariate(1 / 800.0)),
                "score": rng.random(),
            }
            if kind == "purchase":
                event["total"] = round(sum(x["qty"] * x["price"] for x in event["items"]), 2)
                event["currency"] = rng.choice(CURRENCIES)
            if kind == "search":
                event["query"] = common.sentence(rng, 1, 5)
            if rng.random() < 0.02:
                event["error"] = {
                    "code": rng.choice([400, 404, 409, 500, 502, 503]),
                    "message": f'upstream "{rng.choice(common.WORDS)}" failed:\n\tretry {rng.randint(1, 5)}',
                }
            if rng.random() < 0.1:
                event["experiment"] = {
                    "name": rng.choice(common.WORDS),
                    "variant": rng.choice("abc"),
                }
            event["parent_id"] = None if rng.random() < 0.6 else common.hex_id(rng, 16)
            out.write(orjson.dumps(event) + b"\n")
