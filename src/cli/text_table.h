// A table of text, columns aligned.
#pragma once

#include <string>
#include <vector>

namespace varve::cli {

class TextTable {
 public:
  // One letter per column: 'l' or 'r' (where numbers line up).
  TextTable(std::string alignment, std::vector<std::string> header);

  // Cells are escaped for the terminal and cut at `kCellWidthMax`.
  void Add(std::vector<std::string> cells);

  std::string Render(size_t indent) const;

 private:
  static constexpr size_t kCellWidthMax = 44;

  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace varve::cli
