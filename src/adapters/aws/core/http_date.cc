#include "adapters/aws/core/http_date.h"

#include <ctime>
#include <string>

#include "base/clock.h"

namespace varve::aws {

std::optional<int64_t> ParseHttpDate(std::string_view text) {
  std::tm utc = {};
  if (strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc) == nullptr) {
    return std::nullopt;
  }
  return int64_t{timegm(&utc)} * kMicrosPerSecond;
}

}  // namespace varve::aws
