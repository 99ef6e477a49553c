#include "cli/text_table.h"

#include <algorithm>
#include <utility>

#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

std::string Cut(std::string text, size_t width) {
  if (DisplayWidth(text) <= width) return text;
  size_t at = 0;
  for (size_t seen = 0; at < text.size(); ++at) {
    const bool starts_character = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts_character && seen++ == width - 1) break;
  }
  return text.substr(0, at) + "…";
}

}  // namespace

TextTable::TextTable(std::string alignment, std::vector<std::string> header)
    : alignment_(std::move(alignment)) {
  rows_.push_back(std::move(header));
}

void TextTable::Add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Cut(Printable(cell), kCellWidthMax);
  rows_.push_back(std::move(cells));
}

std::string TextTable::Render(size_t indent) const {
  std::vector<size_t> widths(alignment_.size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - DisplayWidth(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (alignment_[i] == 'r' ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace varve::cli
