"""The statement for Athena has every type of docs/reference/schema.md, and the folders' names."""

import json
import re
import subprocess

from conftest import ROOT

SCRIPT = ROOT / "scripts/athena_table.py"


def statement(fields, *arguments):
    run = subprocess.run(["/usr/bin/python3", SCRIPT, *arguments], text=True, capture_output=True,
                         input=json.dumps({"varve_schema": 1, "fields": fields}), check=True)
    return run.stdout


def test_columns_and_partitions():
    text = statement(
        [{"name": "id", "type": "int64"},
         {"name": "total", "type": "decimal", "precision": 20, "scale": 2},
         {"name": "user", "type": "struct", "fields": [{"name": "born at", "type": "date"}]},
         {"name": "tags", "type": "list", "element": {"type": "string"}},
         {"name": "counters", "type": "map", "value": {"type": "int64"}}],
        "s3://out/pipeline/output/", "varve_orders.events")
    assert text.startswith("CREATE EXTERNAL TABLE `varve_orders`.`events` (\n  `id` bigint,\n")
    for column in ("`total` decimal(20,2)", "`user` struct<`born at`:date>", "`tags` array<string>",
                   "`counters` map<string,bigint>)"):
        assert f"  {column}" in text
    assert "'s3://out/pipeline/output/year=${year}/month=${month}/day=${day}/'" in text
    assert "'projection.month.digits' = '2'" in text


def test_every_type_is_known():
    page = (ROOT / "docs/reference/schema.md").read_text()
    table = page.split("| Type | In Parquet |")[1].split("\n\n")[0]
    types = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert len(types) == 13
    nested = {"decimal": {"precision": 9, "scale": 1}, "struct": {"fields": []},
              "list": {"element": {"type": "bool"}}, "map": {"value": {"type": "bool"}}}
    fields = [{"name": kind, "type": kind, **nested.get(kind, {})} for kind in types]
    assert statement(fields, "s3://out/").count("\n  `") == 13
