#!/usr/bin/python3
"""Prints the statement that makes a pipeline's output a table of Athena. Partitions are projected
from their names, so that a new day needs no crawler and no MSCK REPAIR.

usage: varve schema infer SRC... | athena_table.py LOCATION [DATABASE.TABLE]

LOCATION is the output as s3://bucket/prefix/; the table is varve_main.events unless named.
"""

import json
import sys

PLAIN = {"bool": "boolean", "int64": "bigint", "double": "double", "string": "string",
         "timestamp_utc": "timestamp", "timestamp_local": "timestamp", "date": "date",
         "json": "string", "unknown": "string"}
# Days of partition = "filename-date" or "arrival". A range that is too wide costs nothing.
PARTITIONS = {"year": ("2000,2100", 4), "month": ("1,12", 2), "day": ("1,31", 2)}


def athena_type(field):
    kind = field["type"]
    if kind == "decimal":
        return f"decimal({field['precision']},{field['scale']})"
    if kind == "struct":
        parts = (f"{quoted(part['name'])}:{athena_type(part)}" for part in field["fields"])
        return f"struct<{','.join(parts)}>"
    if kind == "list":
        return f"array<{athena_type(field['element'])}>"
    if kind == "map":
        return f"map<string,{athena_type(field['value'])}>"
    return PLAIN[kind]


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def statement(schema, location, table):
    columns = ",\n".join(f"  {quoted(field['name'])} {athena_type(field)}"
                         for field in schema["fields"])
    # As text the projected values keep their zeros: month = '01', as in the folders' names.
    partitions = ", ".join(f"{quoted(name)} string" for name in PARTITIONS)
    settings = {"projection.enabled": "true"}
    for name, (values, digits) in PARTITIONS.items():
        settings |= {f"projection.{name}.type": "integer", f"projection.{name}.range": values,
                     f"projection.{name}.digits": str(digits)}
    folders = "/".join(f"{name}=${{{name}}}" for name in PARTITIONS)
    settings["storage.location.template"] = f"{location.rstrip('/')}/{folders}/"
    listed = ",\n".join(f"  '{key}' = '{value}'" for key, value in settings.items())
    name = ".".join(quoted(part) for part in table.split("."))
    return (f"CREATE EXTERNAL TABLE {name} (\n{columns})\nPARTITIONED BY ({partitions})\n"
            f"STORED AS PARQUET\nLOCATION '{location}'\nTBLPROPERTIES (\n{listed})\n")


def main():
    if len(sys.argv) not in (2, 3) or not sys.argv[1].startswith("s3://"):
        sys.exit(__doc__)
    table = sys.argv[2] if len(sys.argv) == 3 else "varve_main.events"
    print(statement(json.load(sys.stdin), sys.argv[1], table), end="")


if __name__ == "__main__":
    main()
