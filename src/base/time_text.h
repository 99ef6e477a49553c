// Instants as text: what manifests, logs and batch names show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve {

// "2025-01-17T09:30:00.123456Z".
std::string FormatUtc(int64_t us);
// The inverse, of exactly that form.
std::optional<int64_t> ParseUtc(std::string_view text);

// What other programs write of ISO 8601: "2025-01-17T09:30:00Z", with or without a fraction of the
// second, with "Z", "UTC" or an offset ("+02:00"). What is below a microsecond is dropped.
std::optional<int64_t> ParseInstant(std::string_view text);

// "2025-01-17": the day in UTC.
std::string DayOf(int64_t us);
// Whether `text` is YYYY-MM-DD and such a day exists.
bool IsDay(std::string_view text);

}  // namespace varve
