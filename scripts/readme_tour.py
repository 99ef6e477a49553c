#!/usr/bin/python3
"""Runs the console blocks of README.md and compares what they print with what README.md shows.

usage: scripts/readme_tour.py --check     exit 1 and show the difference, if there is one
       scripts/readme_tour.py --write     put the real output into README.md

A block is fenced with ```console; a line that starts with `$ ` is a command (a trailing backslash
continues it), the lines after it are its output. All blocks run one after the other in one empty
folder that holds a copy of examples/, with build/release (or VARVE_BIN's folder) on PATH. Times,
days of batches, versions of files and speeds differ on every run, and sizes with every improvement,
so none of them is compared.
"""

import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
VARVE = pathlib.Path(os.environ.get("VARVE_BIN", ROOT / "build/release/varve")).resolve()
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.M | re.S)
VOLATILE = re.compile(r"\d+(\.\d+)?(×| ?(min|s|ms|[KMG]?i?B(/s)?)\b)"
                      r"|\d{4}-\d\d-\d\d(?=[-/]batch-)|\d{4}-\d\d-\d\dT[0-9:.]+Z?|(?<=version )[0-9-]+")


def commands_of(block):
    """The commands of a block, continuation lines included, as they are written."""
    commands, open_ended = [], False
    for line in block.splitlines():
        if open_ended:
            commands[-1] += "\n" + line
        elif line.startswith("$ "):
            commands.append(line[2:])
        else:
            continue
        open_ended = line.endswith("\\")
    return commands


def run_block(block, folder, status):
    """The block with real output, and the exit code of its last command (for `echo $?`)."""
    environment = {**os.environ, "PATH": f"{VARVE.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    shown = []
    for command in commands_of(block):
        done = subprocess.run(["bash", "-c", f"(exit {status})\n{command}"], cwd=folder,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        status = done.returncode
        output = done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"
        shown.append(f"$ {command}\n{output}")
    return "".join(shown), status


def with_real_output(text):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", pathlib.Path(folder, "examples"))
        status = 0

        def rerun(match):
            nonlocal status
            block, status = run_block(match[0], folder, status)
            return block

        return BLOCK.sub(rerun, text)


def masked(text):
    return VOLATILE.sub("#", text).splitlines(keepends=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    group = arguments.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true")
    group.add_argument("--write", action="store_true")
    chosen = arguments.parse_args()

    written = README.read_text(encoding="utf-8")
    if not BLOCK.search(written):
        sys.exit("README.md has no console block")
    real = with_real_output(written)
    if chosen.write:
        README.write_text(real, encoding="utf-8")
        return
    difference = list(difflib.unified_diff(masked(written), masked(real), "README.md", "now"))
    sys.stdout.writelines(difference)
    sys.exit(1 if difference else 0)


if __name__ == "__main__":
    main()
