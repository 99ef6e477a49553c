#!/usr/bin/python3
"""Keeps the tree in the shape docs/internals/engine.md describes.

usage: tidy.py [ROOT]

Prints `path:line: what is wrong` for every violation and exits 1 when there is one. The rules are
the functions in RULES; tidy_test.py plants a violation of each.
"""

import pathlib
import re
import subprocess
import sys

# Folders of src/ that may include each other: a folder sees itself and those before it ...
LAYERS = ["base", "model",
          "etl/encode", "etl/parquet", "etl/source", "etl/schema", "etl/column", "etl/parse",
          "etl/convert",
          "ports", "testing", "workflow", "pipeline", "operate", "dashboard",
          "adapters/http", "adapters/local", "adapters/aws/core", "adapters/aws/cloudwatch",
          "adapters/aws/credentials", "adapters/aws/dynamodb", "adapters/aws/s3", "adapters/aws/sns", "adapters/aws/sqs",
          "adapters/aws/stepfunctions", "lambda", "cli"]
# ... and only those its CMakeLists.txt names as DEPS, directly or through another one's DEPS.
LINES_MAX = 800
CODE = {".cc", ".h", ".py", ".sh", ".cmake"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
LIBRARY = re.compile(r"varve_library\(\s*(\w+)([^)]*)\)")
PROMISE = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
HOME = re.compile(r"(?<![\w.$}/])/(?:home/\w|Users/\w|root/)")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


class Tree:
    """The project's own text files, read once. Untracked files count outside git only."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.texts = {}
        for path in self._paths():
            try:
                self.texts[path] = (self.root / path).read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                continue  # not text, or deleted and not yet committed

    def _paths(self):
        if (self.root / ".git").exists():
            listed = subprocess.run(["git", "-C", self.root, "ls-files", "-z"], check=True,
                                    capture_output=True, text=True).stdout
            return [path for path in listed.split("\0") if path]
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*")
                      if path.is_file())

    def files(self, *suffixes, under=""):
        return [(path, text) for path, text in self.texts.items()
                if path.startswith(under) and pathlib.PurePath(path).suffix in suffixes]


def folder_of(path):
    """The layer a file of src/ is in: its longest known prefix, or its own folder."""
    folder = str(pathlib.PurePath(path).parent)
    known = [layer for layer in LAYERS if folder == layer or folder.startswith(layer + "/")]
    return max(known, key=len, default=folder)


def target_of(folder):
    return "varve_" + folder.replace("/", "_")


def declared_deps(tree):
    """CMake target -> every varve target it may see."""
    direct = {}
    for path, text in tree.texts.items():
        if path.startswith("src/") and path.endswith("CMakeLists.txt"):
            for name, body in LIBRARY.findall(text):
                deps = body.partition("DEPS")[2].split()
                direct[name] = [dep for dep in deps if dep.startswith("varve_")]
    closed = {}
    for name in direct:
        seen, queue = {name}, [name]
        while queue:
            for dep in direct.get(queue.pop(), []):
                if dep not in seen:
                    seen.add(dep)
                    queue.append(dep)
        closed[name] = seen
    return closed


def include_edges(tree):
    """Includes point down the layers, and CMake knows of each."""
    deps = declared_deps(tree)
    for path, text in tree.files(".cc", ".h", under="src/"):
        inside = path.removeprefix("src/")
        folder = folder_of(inside)
        if folder not in LAYERS:
            yield path, 1, f"folder {folder} has no place in the layers (tests/tidy/tidy.py)"
            continue
        if inside.endswith("_test.cc"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            other = folder_of(found[1])
            if other == folder:
                continue
            if other not in LAYERS:
                yield path, number, f'"{found[1]}" is not a path from src/ into one of its layers'
            elif LAYERS.index(other) > LAYERS.index(folder):
                yield path, number, f"{folder} must not include {other}: it is above it"
            elif target_of(other) not in deps.get(target_of(folder), {target_of(other)}):
                yield path, number, f"{target_of(folder)} does not name {target_of(other)} as a DEP"


def tops_stay_tops(tree):
    """The command line is the top, and alone composes the dashboard: programs outside it, tests
    included, use the libraries."""
    may_include = {"cli": ["src/cli/"],
                   "dashboard": ["src/cli/", "src/dashboard/", "tests/support/dashboard"]}
    for path, text in tree.files(".cc", ".h"):
        for number, line in enumerate(text.splitlines(), 1):
            found = INCLUDE.match(line)
            top = found and found[1].partition("/")[0]
            if top in may_include and not path.startswith(tuple(may_include[top])):
                yield path, number, f"{top} is not for this file to include"


def file_length(tree):
    for path, text in tree.files(*CODE):
        count = text.count("\n")
        if count > LINES_MAX:
            yield path, count, f"{count} lines; split it before {LINES_MAX}"


def pragma_once(tree):
    """Each header guards itself before anything but comments, save code made to be repeated."""
    for path, text in tree.files(".h"):
        if path.endswith(".inl.h"):
            continue  # compiled once per SIMD level, by including it once per level
        code = [line for line in text.splitlines() if line.strip() and not line.startswith("//")]
        if not code or code[0] != "#pragma once":
            yield path, 1, "the first line that is not a comment must be #pragma once"


def no_promises(tree):
    """Work left undone is filed, not hidden in comments."""
    for path, text in tree.files(*CODE, ".txt", ".md"):
        for number, line in enumerate(text.splitlines(), 1):
            found = PROMISE.search(line)
            if found:
                yield path, number, f"{found[1]} in the tree"


def no_home_paths(tree):
    for path, text in tree.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if HOME.search(line):
                yield path, number, "a path of somebody's machine"


def sources_in_cmake(tree):
    """Each .cc is named by the nearest CMakeLists.txt above it, so that it is built and tested."""
    for path, _ in tree.files(".cc"):
        source = pathlib.PurePath(path)
        for parent in source.parents:
            listing = tree.texts.get(str(parent / "CMakeLists.txt"))
            if listing is None:
                continue
            name = str(source.relative_to(parent))
            if not re.search(rf"(?<![\w./]){re.escape(name)}(?!\w)", listing):
                yield path, 1, f"not named in {parent / 'CMakeLists.txt'}"
            break


def links_resolve(tree):
    """Relative links in the documents lead somewhere."""
    for path, text in tree.files(".md"):
        folder = (tree.root / path).parent
        for number, line in enumerate(text.splitlines(), 1):
            for target in LINK.findall(line):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not (folder / target).exists():
                    yield path, number, f"the link to {target} leads nowhere"


RULES = [include_edges, tops_stay_tops, file_length, pragma_once, no_promises, no_home_paths,
         sources_in_cmake, links_resolve]


def violations(root):
    tree = Tree(root)
    return [f"{path}:{line}: {message}" for rule in RULES for path, line, message in rule(tree)]


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    found = violations(root)
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
