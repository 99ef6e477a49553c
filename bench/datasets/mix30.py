"""mix30: thirty record types in one file, as a log collector writes them; the rare ones come late."""

import orjson

from datasets import common

TARGET_BYTES = 128_000_000
TYPES = [
    "conn",
    "http",
    "dns",
    "tls",
    "auth",
    "kernel",
    "cron",
    "nginx",
    "postgres",
    "redis",
    "kafka",
    "docker",
    "kubelet",
    "audit",
    "billing",
    "mail",
    "vpn",
    "firewall",
    "dhcp",
    "ntp",
    "ssh",
    "sudo",
    "disk",
    "sensor",
    "queue",
    "payment",
    "deploy",
    "backup",
    "crash",
    "license",
]
KINDS = [
    "enum",
    "enum",
    "int",
    "int",
    "small",
    "double",
    "text",
    "hex",
    "bool",
    "ip",
    "time",
    "list",
    "struct",
    "big",
]


class RecordType:
    """The fields of one type: invented once, the same in every record but for the optional ones."""

    def __init__(self, rng, number):
        self.name = TYPES[number]
        self.fields = []
        for i in range(rng.randint(7, 18)):
            word = common.WORDS[(number * 7 + i * 5) % len(common.WORDS)]
            kind = rng.choice(KINDS)
            optional = rng.random() < 0.25
            pool = [common.sentence(rng, 1, 2) for _ in range(rng.choice([3, 8, 40, 400]))]
            self.fields.append((f"{self.name}_{word}_{i}", kind, optional, pool))
        # A field named the same in several types, always of one type.
        self.fields.append(("status", "small", False, None))

    def values(self, rng, now):
        for name, kind, optional, pool in self.fields:
            if optional and rng.random() < 0.4:
                continue
            yield name, make_value(rng, kind, pool, now)


def make_value(rng, kind, pool, now):
    if kind == "enum":
        return pool[common.skewed(rng, len(pool), 2.0)]
    if kind == "int":
        return int(rng.expovariate(1 / 50_000.0))
    if kind == "small":
        return common.skewed(rng, 200, 4.0)
    if kind == "double":
        return round(rng.gauss(20, 7), 3)
    if kind == "text":
        return f'{pool[0]} {rng.choice(pool)} took {rng.randint(1, 900)} ms "{rng.choice(common.LAST)}"'
    if kind == "hex":
        return common.hex_id(rng, 16)
    if kind == "bool":
        return rng.random() < 0.3
    if kind == "ip":
        return f"10.{common.skewed(rng, 8)}.{common.skewed(rng, 64)}.{rng.randint(1, 254)}"
    if kind == "time":
        return common.iso_millis(now - rng.randint(0, 3_600_000_000))
    if kind == "list":
        return [rng.choice(pool) for _ in range(common.skewed(rng, 5))]
    if kind == "struct":
        return {
            "id": rng.randint(1, 5_000),
            "label": rng.choice(pool),
            "ratio": round(rng.random(), 4),
        }
    return 9_007_199_254_740_993 + rng.getrandbits(32)


def generate(path, smoke):
    rng = common.make_random("mix30")
    types = [RecordType(rng, i) for i in range(len(TYPES))]
    hosts = [f"{rng.choice(common.WORDS)}-{i:03d}.internal.example" for i in range(120)]
    target = 4_000_000 if smoke else TARGET_BYTES
    now, written = 1_737_072_000_000_000, 0
    with common.writer(path) as out:
        while written < target:
            now += rng.randint(100, 90_000)
            # The last six types exist only in the second half of the file: a deploy at noon.
            known = 24 if written < target // 2 else 30
            record_type = types[common.skewed(rng, known, 1.7)]
            if known == 30 and rng.random() < 0.02:
                record_type = types[rng.randint(24, 29)]
            record = {
                "ts": common.iso_millis(now),
                "type": record_type.name,
                "host": hosts[common.skewed(rng, len(hosts), 1.5)],
                "pid": rng.randint(300, 65_000),
            }
            record.update(record_type.values(rng, now))
            line = orjson.dumps(record) + b"\n"
            written += len(line)
            out.write(line)
