#!/usr/bin/python3
"""Writes the template as CloudFormation takes it: infra/template.yaml with the text of the state
machine's definition in the place where it names the file.

usage: build_template.py [OUTPUT]    build/infra/template.yaml, unless told otherwise
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
INFRA = ROOT / "infra"
PLACE = re.compile(r"^( *)DefinitionString: (\S+\.asl\.json)\b.*$", re.M)


def built_template():
    def definition(place):
        text = (INFRA / place[2]).read_text(encoding="utf-8").rstrip("\n")
        lines = "\n".join(f"{place[1]}  {line}" for line in text.splitlines())
        return f"{place[1]}DefinitionString: |\n{lines}"

    text, count = PLACE.subn(definition, (INFRA / "template.yaml").read_text(encoding="utf-8"))
    if count != 1:
        sys.exit(f"infra/template.yaml names a definition {count} times, not once")
    return text


def main():
    output = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/infra/template.yaml")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(built_template(), encoding="utf-8")


if __name__ == "__main__":
    main()
