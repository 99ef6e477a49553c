"""Small NDJSON files for the load benchmark: seeded, so that every run converts the same bytes."""

import pathlib
import random
import sys

BYTES_MIN, BYTES_MAX = 1_000, 100_000
KINDS = ("view", "click", "search", "purchase", "login")
POOL = 40_000  # distinct lines; files are slices of them, which costs no time to make


def pool(chance):
    """Lines as a service logs them, some 200 bytes each."""
    lines = []
    at = 1_737_072_000_000_000
    for n in range(POOL):
        at += chance.randrange(1, 500_000)
        seconds, micros = divmod(at, 1_000_000)
        lines.append(
            '{"id":"%016x","ts":"2025-01-17T%02d:%02d:%02d.%06dZ","type":"%s","user":{"id":%d,'
            '"country":"%s"},"ms":%.2f,"ok":%s,"path":"/v1/items/%d"%s}\n' % (
                chance.getrandbits(64), seconds // 3600 % 24, seconds // 60 % 60, seconds % 60,
                micros, chance.choice(KINDS), chance.randrange(1, 10**6),
                chance.choice(("DE", "PL", "FR", "US")), chance.expovariate(0.05),
                chance.choice(("true", "false")), chance.randrange(5000),
                ',"tags":["a","b"]' if n % 3 == 0 else ""))
    return [line.encode() for line in lines]


def contents(count, seed=1):
    """`count` files as bytes; sizes log-uniform from 1 to 100 KB, 21 KB on average."""
    chance = random.Random(seed)
    lines = pool(chance)
    for _ in range(count):
        wanted = int(BYTES_MIN * (BYTES_MAX / BYTES_MIN) ** chance.random())
        at, size, parts = chance.randrange(POOL), 0, []
        while size < wanted:
            parts.append(lines[at])
            size += len(lines[at])
            at = (at + 1) % POOL
        yield b"".join(parts)


def key(number):
    """Spread over folders, as producers do that know how folders of a million files behave."""
    return f"2025-01-17/{number // 1000:04}/{number:07}.ndjson"


def make(folder, count):
    """Writes them below `folder`; gives bytes and lines."""
    size = lines = 0
    for number, content in enumerate(contents(count)):
        path = pathlib.Path(folder, key(number))
        if number % 1000 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        size += len(content)
        lines += content.count(b"\n")
    return size, lines


if __name__ == "__main__":
    print(*make(sys.argv[1], int(sys.argv[2])))
