#include "sim/source_file.h"

namespace varve::sim {

std::string MakeContent(const Schedule& schedule, Random& random) {
  std::string content;
  const uint64_t order = random.Below(10'000);
  if (order < schedule.poison) {
    content = "!poison\n";
  } else if (order < schedule.poison + schedule.corrupt) {
    content = "!corrupt\n";
  } else if (order < schedule.poison + schedule.corrupt + schedule.killer) {
    content = "!killer\n";
  }
  for (uint64_t lines = random.Below(8); lines > 0; --lines) {
    const uint64_t kind = random.Below(8);
    if (kind == 0) {
      content += "\n";
    } else {
      content += (kind == 1 ? "q" : "r") + std::to_string(random.Below(6)) + "\n";
    }
  }
  return content;
}

SourceFile ParseContent(std::string_view content) {
  SourceFile file;
  uint64_t number = 0;
  while (!content.empty()) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(line.size() + 1);
    if (line.starts_with("!")) {
      file.order = line.substr(1);
      continue;
    }
    ++number;
    ++file.counts.lines;
    if (line.empty()) {
      ++file.counts.blank;
    } else if (line[0] == 'q') {
      ++file.counts.quarantined;
      file.bad_lines.push_back(number);
    } else {
      ++file.counts.rows;
      file.row_lines.push_back(number);
      file.columns.insert("c" + std::string(line.substr(1)));
    }
  }
  return file;
}

Schema SchemaOf(const std::set<std::string>& columns) {
  Schema schema;
  for (const std::string& name : columns) {
    Field field;
    field.name = name;
    field.source_name = name;
    field.kind = TypeKind::kInt64;
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

std::set<std::string> ColumnsOf(const Schema& schema) {
  std::set<std::string> columns;
  for (const Field& field : schema.fields) columns.insert(field.name);
  return columns;
}

std::string HashOf(std::string_view content) {
  uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return std::to_string(hash);
}

}  // namespace varve::sim
