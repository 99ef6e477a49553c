"""The judge is judged: check_values must pass every layout that keeps the values and no other.

python bench/check_values_test.py
"""

import datetime
import json
import pathlib
import tempfile
import unittest

import pyarrow
import pyarrow.parquet

import check_values

ROWS = [
    {
        "id": 9007199254740993,
        "at": "2025-01-17T10:00:00.5Z",
        "user": {"name": "Zoë", "tags": ["a", "b"]},
        "n": 1,
    },
    {"id": -5, "at": "2025-01-17T12:00:00+02:00", "user": {"name": "Ada"}, "n": 2.5, "late": True},
]
INSTANTS = [datetime.datetime(2025, 1, 17, 10, 0, 0, 500_000), datetime.datetime(2025, 1, 17, 10)]


class CheckValues(unittest.TestCase):
    def problems(self, **changes):
        """What the check says about a file made of ROWS with some columns replaced (None: left out)."""
        columns = {
            "id": [r["id"] for r in ROWS],
            "at": [r["at"] for r in ROWS],
            "user": [r["user"] for r in ROWS],
            "n": [1.0, 2.5],
            "late": [None, True],
            **changes,
        }
        with tempfile.TemporaryDirectory() as folder:
            source, output = (
                pathlib.Path(folder, "rows.ndjson"),
                pathlib.Path(folder, "rows.parquet"),
            )
            source.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
            table = pyarrow.table(
                {name: values for name, values in columns.items() if values is not None}
            )
            pyarrow.parquet.write_table(table, output)
            return [(p["path"], p["what"]) for p in check_values.check(source, output)]

    def test_structs_and_lists_pass(self):
        self.assertEqual(self.problems(), [])

    def test_row_order_does_not_matter(self):
        reverse = {
            name: list(reversed(values))
            for name, values in {
                "id": [r["id"] for r in ROWS],
                "at": [r["at"] for r in ROWS],
                "user": [r["user"] for r in ROWS],
                "n": [1.0, 2.5],
                "late": [None, True],
            }.items()
        }
        self.assertEqual(self.problems(**reverse), [])

    def test_timestamps_pass(self):
        self.assertEqual(
            self.problems(at=pyarrow.array(INSTANTS, pyarrow.timestamp("ms", "UTC"))), []
        )

    def test_json_text_passes(self):
        self.assertEqual(
            self.problems(user=[json.dumps(r["user"]) for r in ROWS], n=["1", "2.5"]), []
        )

    def test_maps_pass(self):
        texts = [[(key, json.dumps(value)) for key, value in row["user"].items()] for row in ROWS]
        self.assertEqual(
            self.problems(
                user=pyarrow.array(texts, pyarrow.map_(pyarrow.string(), pyarrow.string()))
            ),
            [],
        )

    def test_rename_for_case_passes(self):
        self.assertEqual(self.problems(late=None, Late_1=[None, True]), [])

    def test_rename_does_not_hide_a_change(self):
        found = self.problems(late=None, Late_1=[None, False])
        self.assertEqual(found, [("late", "numbers changed")])

    def test_rounded_integer_is_found(self):
        self.assertEqual(
            self.problems(id=[float(r["id"]) for r in ROWS]), [("id", "numbers changed")]
        )

    def test_lost_key_is_found(self):
        self.assertEqual(self.problems(late=None), [("late", "key lost")])

    def test_lost_inner_key_is_found(self):
        self.assertEqual(
            self.problems(user=[{"name": r["user"]["name"]} for r in ROWS]),
            [("user.tags.[]", "key lost")],
        )

    def test_changed_string_is_found(self):
        self.assertEqual(
            self.problems(user=[{"name": "Zoe", "tags": ["a", "b"]}, {"name": "Ada"}]),
            [("user.name", "strings changed")],
        )

    def test_shifted_timestamp_is_found(self):
        shifted = [INSTANTS[0], INSTANTS[1] + datetime.timedelta(hours=2)]
        self.assertEqual(
            self.problems(at=pyarrow.array(shifted, pyarrow.timestamp("us"))),
            [("at", "instants changed")],
        )

    def test_lost_value_is_found(self):
        self.assertEqual(self.problems(n=[None, 2.5]), [("n", "1 numbers instead of 2")])

    def test_number_made_text_is_told_from_the_string(self):
        self.assertEqual(self.problems(n=['"1"', "2.5"]), [("n", "1 numbers instead of 2")])

    def test_lost_row_is_found(self):
        columns = {name: None for name in ("id", "at", "user", "n", "late")}
        found = self.problems(**{**columns, "id": [ROWS[0]["id"]]})
        self.assertIn(("", "1 rows instead of 2"), found)


if __name__ == "__main__":
    unittest.main()
