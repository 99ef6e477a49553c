"""Fingerprints of leaf values by JSON path, the same for every layout that keeps the values.

A path is a tuple of keys; list elements are under "[]". Per path: how many numbers and strings there
are, and the sum of a 64-bit hash of each, so that neither row order nor row groups matter. An integer
hashes the same as 5 and as 5.0, but not after rounding to a double. Strings that are ISO 8601 dates or
timestamps have a second sum, of their instants, for readers that made timestamps of them.
"""

import datetime
import re

import numpy
import polars

ISO = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?$")
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def mix(bits):
    """splitmix64's finalizer over an array of uint64."""
    bits = (bits ^ (bits >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> numpy.uint64(31))


def total(hashes):
    return int(numpy.sum(hashes, dtype=numpy.uint64))


def hash_integers(values):
    return mix(values.astype(numpy.int64, copy=False).view(numpy.uint64))


def hash_doubles(values):
    """Doubles without a fraction hash as the integers they are."""
    values = values.astype(numpy.float64, copy=False) + 0.0
    integral = (values == numpy.floor(values)) & (numpy.abs(values) < 2.0**63)
    return numpy.concatenate(
        [
            hash_integers(values[integral].astype(numpy.int64)),
            mix(~values[~integral].view(numpy.uint64)),
        ]
    )


def hash_strings(series):
    return series.hash(1).to_numpy()


def instant(text):
    """Microseconds since 1970, or None where the text is no ISO 8601 date or timestamp."""
    if not ISO.match(text):
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND


class PathTally:
    """Counts and hash sums of one path."""

    def __init__(self):
        self.numbers = self.number_hash = 0
        self.strings = self.string_hash = 0
        self.instants = self.instant_hash = 0
        self.not_instants = False

    def add_numbers(self, hashes):
        self.numbers += len(hashes)
        self.number_hash = (self.number_hash + total(hashes)) % 2**64

    def add_strings(self, series):
        self.strings += len(series)
        self.string_hash = (self.string_hash + total(hash_strings(series))) % 2**64

    def add_instants(self, micros):
        self.instants += len(micros)
        self.instant_hash = (self.instant_hash + total(hash_integers(micros))) % 2**64

    def leaves(self):
        return self.numbers + self.strings + self.instants

    def to_json(self):
        return [
            self.numbers,
            self.number_hash,
            self.strings,
            self.string_hash,
            None if self.not_instants else self.instant_hash,
        ]


class Collector:
    """Walks parsed JSON values; gathers leaves in lists and folds them into tallies now and then."""

    FOLD_AT = 500_000

    def __init__(self):
        self.tallies = {}
        self.pending_numbers = {}
        self.pending_strings = {}
        self.pending = 0

    def tally(self, path):
        found = self.tallies.get(path)
        if found is None:
            found = self.tallies[path] = PathTally()
        return found

    def walk(self, value, path):
        kind = type(value)
        if kind is dict:
            for key, child in value.items():
                self.walk(child, path + (key,))
        elif kind is list:
            path = path + ("[]",)
            for child in value:
                self.walk(child, path)
        elif kind is str:
            self.pending_strings.setdefault(path, []).append(value)
            self.pending += 1
        elif value is not None:
            self.pending_numbers.setdefault(path, []).append(value)
            self.pending += 1

    def add(self, value, path=()):
        self.walk(value, path)
        if self.pending > self.FOLD_AT:
            self.fold()

    def fold(self):
        for path, values in self.pending_numbers.items():
            tally = self.tally(path)
            integers = [v for v in values if type(v) is not float]
            if integers and (max(integers) >= 2**63 or min(integers) < -(2**63)):
                integers = [v if v < 2**63 else v - 2**64 for v in integers]
            if integers:
                tally.add_numbers(hash_integers(numpy.array(integers, dtype=numpy.int64)))
            if len(integers) < len(values):
                doubles = numpy.array([v for v in values if type(v) is float], dtype=numpy.float64)
                tally.add_numbers(hash_doubles(doubles))
        for path, values in self.pending_strings.items():
            tally = self.tally(path)
            tally.add_strings(polars.Series(values, dtype=polars.String))
            if not tally.not_instants:
                self.fold_instants(tally, values)
        self.pending_numbers, self.pending_strings, self.pending = {}, {}, 0

    @staticmethod
    def fold_instants(tally, values):
        micros = []
        for value in values:
            moment = instant(value)
            if moment is None:
                tally.not_instants = True
                return
            micros.append(moment)
        tally.add_instants(numpy.array(micros, dtype=numpy.int64))
