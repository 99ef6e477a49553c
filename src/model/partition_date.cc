#include "model/partition_date.h"

#include "base/time_text.h"

namespace varve {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool Eat(std::string_view token, std::string_view* text) {
  if (!text->starts_with(token)) return false;
  text->remove_prefix(token.size());
  return true;
}

bool EatDigits(size_t count, std::string_view* text, std::string* out) {
  if (text->size() < count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (!IsDigit((*text)[i])) return false;
  }
  out->append(text->substr(0, count));
  text->remove_prefix(count);
  return true;
}

// A date at the start of `text` with `before_month` and `before_day` between its parts.
std::optional<std::string> DateWith(std::string_view text, std::string_view before_month,
                                    std::string_view before_day) {
  std::string date;
  if (!EatDigits(4, &text, &date) || !Eat(before_month, &text)) return std::nullopt;
  date.push_back('-');
  if (!EatDigits(2, &text, &date) || !Eat(before_day, &text)) return std::nullopt;
  date.push_back('-');
  if (!EatDigits(2, &text, &date)) return std::nullopt;
  if ((!text.empty() && IsDigit(text[0])) || !IsDay(date)) return std::nullopt;
  return date;
}

std::optional<std::string> DateAt(std::string_view text) {
  constexpr std::string_view kForms[][2] = {
      {"-", "-"}, {"_", "_"}, {"", ""}, {"/", "/"}, {"/month=", "/day="}};
  for (const auto& form : kForms) {
    if (auto date = DateWith(text, form[0], form[1])) return date;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> DateInKey(std::string_view key) {
  for (size_t at = key.size(); at-- > 0;) {
    if (!IsDigit(key[at]) || (at > 0 && IsDigit(key[at - 1]))) continue;
    if (auto date = DateAt(key.substr(at))) return date;
  }
  return std::nullopt;
}

std::string_view CompressionOfKey(std::string_view key) {
  if (key.ends_with(".gz") || key.ends_with(".gzip")) return "gzip";
  if (key.ends_with(".zst") || key.ends_with(".zstd")) return "zstd";
  return "none";
}

}  // namespace varve
