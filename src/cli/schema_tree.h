// A schema as an indented tree, for people.
#pragma once

#include <string>

#include "model/schema.h"

namespace varve::cli {

// One line per field, "name: type", children indented; the JSON key in brackets where it differs.
// Every line is led by `indent` spaces. Names are escaped for the terminal.
std::string SchemaTree(const Schema& schema, size_t indent);

}  // namespace varve::cli
