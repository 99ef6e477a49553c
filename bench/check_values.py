"""Did a Parquet file keep the values of the NDJSON file it was made of?

    check_values.py SOURCE.ndjson OUTPUT.parquet [CACHE]

Truth is what a JSON parser says about the source, line by line, folded into fingerprints by path (see
values.py) and cached. Structs, maps, lists and text columns that hold JSON are layouts: any of them will
do so long as every leaf value is there. So is a timestamp for a string with the same instant. What does
not pass: a lost row, a lost key, a rounded integer, a changed string or number.
"""

import json
import pathlib
import re
import sys

import numpy
import orjson
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet

import values

HUGE_NUMBER = re.compile(rb"[0-9]{19}")


def parse(text):
    """orjson is exact up to 64 bits; longer digit runs go to Python's own parser."""
    return json.loads(text) if HUGE_NUMBER.search(text) else orjson.loads(text)


def compute_truth(source):
    collector, rows = values.Collector(), 0
    with open(source, "rb") as lines:
        for line in lines:
            if line.strip():
                collector.add(parse(line))
                rows += 1
    collector.fold()
    return {
        "rows": rows,
        "paths": [[list(path), *tally.to_json()] for path, tally in collector.tallies.items()],
    }


def load_truth(source, cache):
    """The cached truth when it belongs to this very file and this version of the hashes."""
    stat = pathlib.Path(source).stat()
    stamp = [stat.st_size, stat.st_mtime_ns, polars.__version__]
    if cache and pathlib.Path(cache).exists():
        truth = json.loads(pathlib.Path(cache).read_text())
        if truth["stamp"] == stamp:
            return truth
    truth = {**compute_truth(source), "stamp": stamp}
    if cache:
        pathlib.Path(cache).write_text(json.dumps(truth))
    return truth


class Reader:
    """Folds the columns of a Parquet file into the same fingerprints."""

    def __init__(self, truth):
        self.collector = values.Collector()
        # Text columns are parsed as JSON where the source has something other than plain strings.
        self.plain_strings = {tuple(p[0]) for p in truth["paths"] if p[1] == 0 and p[3] > 0}
        inner = {tuple(p[0])[:i] for p in truth["paths"] for i in range(1, len(p[0]))}
        self.plain_strings -= inner
        self.children = {}
        for path in [*inner, *(tuple(p[0]) for p in truth["paths"])]:
            self.children.setdefault(path[:-1], set()).add(path[-1])
        # A map has one type of value: text that is JSON, if any of its values is more than a string.
        self.mixed_parents = {
            tuple(p[0])[:-1] for p in truth["paths"] if tuple(p[0]) not in self.plain_strings
        }
        self.mixed_parents |= {path[:-1] for path in inner}

    def read(self, path):
        rows = 0
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=32_768):
                rows += batch.num_rows
                names = self.original_names(batch.schema.names, ())
                for name, column in zip(names, batch.columns):
                    self.add(column, (name,))
        self.collector.fold()
        return rows

    def original_names(self, names, path):
        """Gives columns renamed because their names differ only by case ("ID_1" for "ID") theirs back.

        Few engines can hold two such columns, so a suffix is not held against anybody.
        """
        known = self.children.get(path, set())
        missing = known.difference(names)

        def original(name):
            matches = [key for key in missing if name.lower().startswith(key.lower())]
            return name if name in known or not matches else max(matches, key=len)

        return [original(name) for name in names]

    def add(self, column, path):
        kind = column.type
        if isinstance(column, pyarrow.ExtensionArray):
            column = (
                pyarrow.array(
                    [str(v) for v in column.to_pylist() if v is not None], pyarrow.string()
                )
                if "uuid" in str(kind)
                else column.storage
            )
            kind = column.type
        if pyarrow.types.is_dictionary(kind):
            column, kind = column.dictionary_decode(), kind.value_type
        if pyarrow.types.is_struct(kind):
            names = self.original_names([field.name for field in kind], path)
            for name, child in zip(names, column.flatten()):
                self.add(child, path + (name,))
        elif pyarrow.types.is_map(kind):
            self.add_map(column, path)
        elif pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind):
            self.add(column.flatten(), path + ("[]",))
        elif column.null_count < len(column):
            self.add_leaves(column.drop_null() if column.null_count else column, kind, path)

    def add_map(self, column, path):
        entries = column.drop_null()
        keys, items = entries.keys, entries.items
        if path in self.mixed_parents and (
            pyarrow.types.is_string(items.type) or pyarrow.types.is_large_string(items.type)
        ):
            for key, text in zip(keys.to_pylist(), items.to_pylist()):
                self.add_json(text, path + (key,))
            return
        encoded = keys.dictionary_encode()
        for code, key in enumerate(encoded.dictionary.to_pylist()):
            self.add(items.filter(pyarrow.compute.equal(encoded.indices, code)), path + (key,))

    def add_leaves(self, column, kind, path):
        tally = self.collector.tally(path)
        types = pyarrow.types
        if (
            types.is_string(kind)
            or types.is_large_string(kind)
            or types.is_string_view(kind)
            or types.is_binary(kind)
        ):
            self.add_text(column.cast(pyarrow.large_string()), path, tally)
        elif types.is_boolean(kind):
            tally.add_numbers(
                values.hash_integers(column.cast(pyarrow.int8()).to_numpy(zero_copy_only=False))
            )
        elif types.is_integer(kind):
            tally.add_numbers(values.hash_integers(column.to_numpy(zero_copy_only=False)))
        elif types.is_floating(kind):
            tally.add_numbers(values.hash_doubles(column.to_numpy(zero_copy_only=False)))
        elif types.is_timestamp(kind) or types.is_date(kind):
            micros = column.cast(pyarrow.timestamp("us"), safe=False).cast(pyarrow.int64())
            tally.add_instants(micros.to_numpy(zero_copy_only=False))
        elif types.is_decimal(kind):
            for number in column.to_pylist():
                self.collector.add(int(number) if number == int(number) else float(number), path)
        else:
            tally.add_strings(
                polars.Series([str(v) for v in column.to_pylist()], dtype=polars.String)
            )

    def add_text(self, column, path, tally):
        if path in self.plain_strings:
            tally.add_strings(polars.from_arrow(column))
            return
        for text in column.to_pylist():
            self.add_json(text, path)

    def add_json(self, text, path):
        try:
            self.collector.add(None if text is None else parse(text.encode()), path)
        except ValueError:
            self.collector.add(text, path)


def compare(truth, rows, tallies):
    """The problems; empty when every value was kept."""
    problems = []
    if rows != truth["rows"]:
        problems.append({"path": "", "what": f"{rows} rows instead of {truth['rows']}"})
    expected = {tuple(p[0]): p[1:] for p in truth["paths"]}
    tallies = {path: got for path, got in tallies.items() if got.leaves()}
    for path, want in expected.items():
        what = problem_of(want, tallies[path]) if path in tallies else "key lost"
        if what:
            problems.append({"path": show(path), "what": what})
    for path in tallies:
        if path not in expected:
            problems.append({"path": show(path), "what": "values that are not in the source"})
    return problems


def problem_of(want, got):
    """What is wrong with one path's values, or nothing."""
    numbers, number_hash, strings, string_hash, instant_hash = want
    if got.numbers != numbers:
        return f"{got.numbers} numbers instead of {numbers}"
    if got.number_hash != number_hash:
        return "numbers changed"
    if got.strings + got.instants != strings:
        return f"{got.strings + got.instants} strings instead of {strings}"
    if got.instants and (got.strings or got.instant_hash != instant_hash):
        return "instants changed"
    if got.strings and got.string_hash != string_hash:
        return "strings changed"
    return None


def show(path):
    return ".".join(path)


def summarize(problems):
    """One phrase for the table: how many keys were lost and what else changed."""
    lost = sum(p["what"] == "key lost" for p in problems)
    parts = [f"{lost} keys lost"] if lost else []
    others = [p for p in problems if p["what"] != "key lost"]
    parts += [f"{p['path'] or 'file'}: {p['what']}" for p in others[:2]]
    if len(others) > 2:
        parts.append(f"{len(others) - 2} more changed")
    return "; ".join(parts)


def check(source, output, cache=None):
    truth = load_truth(source, cache)
    reader = Reader(truth)
    rows = reader.read(output)
    return compare(truth, rows, reader.collector.tallies)


def main():
    numpy.seterr(over="ignore")
    problems = check(*sys.argv[1:4])
    print(
        json.dumps(
            {"kept": not problems, "summary": summarize(problems), "problems": problems[:20]}
        )
    )


if __name__ == "__main__":
    main()
