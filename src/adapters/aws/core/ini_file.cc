#include "adapters/aws/core/ini_file.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace varve::aws {
namespace {

constexpr std::string_view kWhite = " \t\r\f\v";

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhite);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

std::string_view TakeLine(std::string_view* rest) {
  const size_t end = std::min(rest->find('\n'), rest->size());
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return line;
}

// "key = value"; none: it has no "=" or ":", or no key.
std::optional<std::pair<std::string, std::string_view>> ParseSetting(std::string_view line) {
  const size_t sign = line.find_first_of("=:");
  if (sign == line.npos) return std::nullopt;
  std::string key(Trimmed(line.substr(0, sign)));
  if (key.empty()) return std::nullopt;
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::pair(std::move(key), Trimmed(line.substr(sign + 1)));
}

class Parser {
 public:
  Status Take(std::string_view line) {
    const std::string_view text = Trimmed(line);
    if (text.empty()) return Ok{};
    if (text.front() == '#' || text.front() == ';') return Ok{};
    const size_t indent = line.find_first_not_of(kWhite);
    if (value_ != nullptr && indent > indent_) {
      value_->append("\n").append(text);
      return Ok{};
    }
    indent_ = indent;
    return text.front() == '[' ? TakeSection(text) : TakeSetting(text);
  }

  IniFile& file() { return file_; }

 private:
  Status TakeSection(std::string_view text) {
    const size_t end = text.find(']');
    if (end == text.npos) return Error{Code::kInvalidArgument, "a section's name has no \"]\""};
    section_ = &file_[std::string(Trimmed(text.substr(1, end - 1)))];
    value_ = nullptr;
    return Ok{};
  }

  Status TakeSetting(std::string_view text) {
    if (section_ == nullptr) {
      return Error{Code::kInvalidArgument, "a setting before the first [section]"};
    }
    auto setting = ParseSetting(text);
    if (!setting) return Error{Code::kInvalidArgument, "neither [section] nor key = value"};
    value_ = &(*section_)[std::move(setting->first)];
    *value_ = setting->second;
    return Ok{};
  }

  IniFile file_;
  IniSection* section_ = nullptr;
  std::string* value_ = nullptr;  // that lines add to which are indented more than its key is
  size_t indent_ = 0;
};

}  // namespace

std::string SettingOf(const IniSection* section, std::string_view key) {
  if (section == nullptr) return "";
  const auto found = section->find(key);
  return found == section->end() ? "" : found->second;
}

Result<IniFile> ParseIni(std::string_view text) {
  Parser parser;
  for (int number = 1; !text.empty(); ++number) {
    Status taken = parser.Take(TakeLine(&text));
    if (!taken.ok()) return std::move(taken).error().WithContext(std::to_string(number));
  }
  return std::move(parser.file());
}

IniSection ParseNested(std::string_view value) {
  IniSection settings;
  while (!value.empty()) {
    if (auto setting = ParseSetting(TakeLine(&value))) {
      settings[std::move(setting->first)] = setting->second;
    }
  }
  return settings;
}

}  // namespace varve::aws
