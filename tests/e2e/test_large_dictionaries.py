"""Columns of hundreds of distinct values and more, whose tokens are looked up when the row ends."""

import json
import random

import pytest
from conftest import convert, skip_without
from oracle.oracle import Settings, check

COUNT = 12_000


def row(dice, number):
    def word():
        return dice.choice(("", "short ", "a text of more than sixteen bytes ")) + str(
            dice.randrange(3_000))

    return {
        "word": word(),
        "long": "x" * dice.randrange(90) + str(dice.randrange(40)),
        "number": dice.randrange(4_000),
        "real": dice.randrange(5_000) / 8,
        "digits": dice.randrange(700) / 1e3 + 1e-19 * (number % 2),
        "time": f"2025-01-{dice.randrange(1, 29):02}T0{dice.randrange(10)}:{dice.randrange(10, 60)}:00Z",
        "day": f"{dice.randrange(1990, 2030)}-0{dice.randrange(1, 10)}-{dice.randrange(10, 28)}",
        "clustered": number // 5,
        "list": [word() for _ in range(dice.randrange(4))],
        "objects": [{"a": dice.randrange(2_000), "b": word()} for _ in range(dice.randrange(3))],
    }


def text_of(dice, number):
    text = json.dumps(row(dice, number))
    chance = dice.random()
    if chance < 0.02:  # bad where the row ends, so that everything must be taken back
        return dice.choice((text[:-1], text[:-1] + ",}", text + "x", text[:-1] + ',"z":1e999}'))
    if chance < 0.04:  # other spellings of values that the dictionaries hold
        return text.replace("short", "sh\\u006frt").replace(".5,", ".50,")
    if chance < 0.05:
        return text.replace("short", "\\ud800")
    return text


# What comes late and changes the type of a column that is looked up late.
WIDENINGS = {
    "none": {},
    "fraction among integers": {"number": 0.5},
    "u64 among integers": {"number": 2**64 - 1},
    "text among numbers": {"real": "text"},
    "object among strings": {"word": {"a": 1}},
    "text among times": {"time": "yesterday"},
    "time among days": {"day": "2025-01-17T00:00:00Z"},
    "number among elements": {"list": ["short 1", 5]},
    "string in a list of objects": {"objects": [{"a": 1, "b": "new"}, {"a": "1", "b": "x"}]},
}


def write(path, late, seed):
    dice = random.Random(seed)
    lines = [text_of(dice, number) for number in range(COUNT)]
    if late:
        lines[COUNT * 3 // 4] = json.dumps(row(dice, 0) | late)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("name", WIDENINGS)
def test_values(tmp_path, name):
    source = write(tmp_path / "in.ndjson", WIDENINGS[name], seed=name)
    summary = convert([source], tmp_path / "out.parquet")
    assert summary["quarantined"] > 200
    assert check([source], summary, Settings()) == []


@pytest.mark.parametrize("args, env", [
    (("--threads", 1), {}), ((), {"VARVE_PARSER": "general"}),
    *(((), {"VARVE_SIMD": level}) for level in ("scalar", "sse4", "avx2", "avx512"))])
def test_same_bytes(tmp_path, args, env):
    """Whatever the number of threads, the instruction set and the parser."""
    skip_without(env.get("VARVE_SIMD"))
    sources = [write(tmp_path / f"{seed}.ndjson", {}, seed) for seed in range(3)]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    rows = ("--row-group-rows", 5_000)
    convert(sources, tmp_path / "a/out.parquet", "--threads", 2, *rows)
    convert(sources, tmp_path / "b/out.parquet", *args, *rows, env=env)
    assert (tmp_path / "a/out.parquet").read_bytes() == (tmp_path / "b/out.parquet").read_bytes()
