// Source files of the simulation, and what an engine makes of them.
//
// A file is lines: 'r...' is a row, 'q...' is bad and goes to quarantine, an empty one is blank. A
// first line of '!poison', '!killer' or '!corrupt' is an order to the engine. Rows name columns, so
// that schemas grow: "r3" has the column c3.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "model/file_record.h"
#include "model/schema.h"
#include "sim/schedule.h"

namespace varve::sim {

struct SourceFile {
  std::string order;  // "", "poison", "killer", "corrupt"
  RowAccounting counts;
  std::vector<uint64_t> row_lines;  // numbers of the lines that are rows, from 1
  std::vector<uint64_t> bad_lines;
  std::set<std::string> columns;
};

std::string MakeContent(const Schedule& schedule, Random& random);
SourceFile ParseContent(std::string_view content);

Schema SchemaOf(const std::set<std::string>& columns);
std::set<std::string> ColumnsOf(const Schema& schema);

std::string HashOf(std::string_view content);

}  // namespace varve::sim
