#!/usr/bin/python3
"""Checks this tree with tidy.py, and tidy.py with one planted violation per rule."""

import pathlib
import tempfile
import unittest

import tidy

# A small tree without a violation.
CLEAN = {
    "src/base/CMakeLists.txt": "varve_library(varve_base SRCS a.cc DEPS Threads::Threads)",
    "src/base/a.h": "// A.\n#pragma once\n",
    "src/base/a.cc": '#include "base/a.h"\n',
    "src/model/CMakeLists.txt": "varve_library(varve_model DEPS varve_base)",
    "src/model/m.h": '#pragma once\n#include "base/a.h"\n',
    "src/etl/parse/CMakeLists.txt":
        "varve_library(varve_etl_parse SRCS p.cc DEPS varve_model)\n"
        "varve_test(parse_test SRCS p_test.cc DEPS varve_etl_parse varve_etl_convert)",
    "src/etl/parse/p.cc": '#include "base/a.h"\n#include "model/m.h"\n#include <vector>\n',
    "src/etl/parse/p_test.cc": '#include "etl/convert/c.h"\n',
    "src/etl/convert/CMakeLists.txt": "varve_library(varve_etl_convert DEPS varve_etl_parse)",
    "src/etl/convert/c.h": "#pragma once\n",
    "src/cli/CMakeLists.txt": "add_executable(varve main.cc)",
    "src/cli/main.cc": '#include "etl/convert/c.h"\n',
    "README.md": "[the sample](examples/README.md#counts) and [elsewhere](https://example.com)\n",
    "examples/README.md": "Home is $HOME and <https://example.com/home/page>.\n",
}

# Rule -> (path, content) that break it, and a part of what it must say.
PLANTED = {
    "an upward include":
        ("src/model/m.h", '#pragma once\n#include "etl/convert/c.h"\n', "must not include"),
    "an upward include among the engine's folders":
        ("src/etl/parse/p.cc", '#include "etl/convert/c.h"\n', "must not include"),
    "an include CMake does not know of":
        ("src/etl/parse/p.cc", '#include "etl/source/s.h"\n', "does not name varve_etl_source"),
    "an include that is not from src/":
        ("src/base/a.cc", '#include "a.h"\n', "is not a path from src/"),
    "a folder outside the layers":
        ("src/etl/extra/x.h", "#pragma once\n", "has no place in the layers"),
    "a test that includes cli":
        ("src/etl/parse/p_test.cc", '#include "cli/main.h"\n', "cli is not for this file"),
    "a test that includes the dashboard":
        ("tests/x.h", '#pragma once\n#include "dashboard/api.h"\n', "dashboard is not for this file"),
    "a file that is too long":
        ("src/base/a.cc", "\n" * 801, "split it before 800"),
    "a header without a guard":
        ("src/base/a.h", "#include <vector>\n#pragma once\n", "must be #pragma once"),
    "a promise":
        ("src/base/a.cc", "// TO" "DO: later\n", "in the tree"),
    "a path of somebody's machine":
        ("README.md", "cd /ho" "me/ann/varve\n", "somebody's machine"),
    "a source CMake does not build":
        ("src/base/b.cc", "\n", "not named in src/base/CMakeLists.txt"),
    "a source whose name ends in that of a built one":
        ("src/base/aa.cc", "\n", "not named in src/base/CMakeLists.txt"),
    "a dead link":
        ("examples/README.md", "[gone](gone.md)\n", "leads nowhere"),
}


def violations_of(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return tidy.violations(folder)


class TidyTest(unittest.TestCase):
    def test_clean_tree_is_clean(self):
        self.assertEqual(violations_of(CLEAN), [])

    def test_each_planted_violation_is_found(self):
        for what, (path, content, message) in PLANTED.items():
            with self.subTest(what):
                found = violations_of({**CLEAN, path: content})
                self.assertEqual(len(found), 1, found)
                self.assertIn(message, found[0])
                self.assertTrue(found[0].startswith(path) or path.endswith("CMakeLists.txt"))

    def test_this_tree(self):
        found = tidy.violations(pathlib.Path(__file__).parents[2])
        self.assertEqual(found, [], "\n" + "\n".join(found))


if __name__ == "__main__":
    unittest.main()
