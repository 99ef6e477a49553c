#include "adapters/aws/credentials/command_words.h"

#include <algorithm>
#include <utility>

namespace varve::aws {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

class Splitter {
 public:
  explicit Splitter(std::string_view rest) : rest_(rest) {}

  Result<std::vector<std::string>> Run() {
    for (SkipWhite(); !rest_.empty(); SkipWhite()) {
      std::string word;
      while (!rest_.empty() && kWhite.find(rest_.front()) == kWhite.npos) {
        VARVE_RETURN_IF_ERROR(TakePiece(&word));
      }
      words_.push_back(std::move(word));
    }
    return std::move(words_);
  }

 private:
  void SkipWhite() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kWhite), rest_.size())); }

  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  Status TakePiece(std::string* word) {
    const char c = Take();
    if (c == '\'' || c == '"') return TakeQuoted(c, word);
    if (c != '\\') {
      word->push_back(c);
      return Ok{};
    }
    if (rest_.empty()) return Error{Code::kInvalidArgument, "nothing follows the last backslash"};
    word->push_back(Take());
    return Ok{};
  }

  Status TakeQuoted(char quote, std::string* word) {
    while (!rest_.empty()) {
      char c = Take();
      if (c == quote) return Ok{};
      const bool escapes = quote == '"' && c == '\\' && !rest_.empty() &&
                           (rest_.front() == '"' || rest_.front() == '\\');
      if (escapes) c = Take();
      word->push_back(c);
    }
    return Error{Code::kInvalidArgument, std::string("no closing ") + quote};
  }

  std::string_view rest_;
  std::vector<std::string> words_;
};

}  // namespace

Result<std::vector<std::string>> CommandWords(std::string_view command) {
  return Splitter(command).Run();
}

}  // namespace varve::aws
