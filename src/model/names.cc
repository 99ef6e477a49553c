#include "model/names.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <system_error>

#include "base/time_text.h"

namespace varve {
namespace {

constexpr std::string_view kBatchMark = "batch-";
constexpr std::string_view kPartMark = "part-";
constexpr size_t kDayLength = 10;

size_t DigitsAt(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return count;
}

// Length of "2025-01-17<separator>batch-0001" at the start of `text`; 0: something else.
size_t BatchLength(std::string_view text, char separator) {
  if (text.size() <= kDayLength || !IsDay(text.substr(0, kDayLength))) return 0;
  if (text[kDayLength] != separator) return 0;
  const std::string_view rest = text.substr(kDayLength + 1);
  if (!rest.starts_with(kBatchMark)) return 0;
  const size_t digits = DigitsAt(rest.substr(kBatchMark.size()));
  return digits < 4 ? 0 : kDayLength + 1 + kBatchMark.size() + digits;
}

std::string FlatName(std::string_view batch) {
  std::string name(batch);
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

}  // namespace

std::string ExecutionName(std::string_view pipeline, std::string_view batch, uint32_t reruns) {
  std::string name(pipeline);
  name.append("/").append(batch);
  if (reruns > 0) name.append("/rerun-").append(std::to_string(reruns));
  return name;
}

std::string JobName(std::string_view pipeline, std::string_view batch, uint64_t fence,
                    uint32_t attempt) {
  return ExecutionName(pipeline, batch, 0) + "/job-" + std::to_string(fence) + "-" +
         std::to_string(attempt);
}

std::string StagingPrefix(std::string_view job) {
  return std::string(kStagingRoot).append(job).append("/");
}

std::optional<std::string> BatchOfStagedKey(std::string_view pipeline, std::string_view key) {
  if (!key.starts_with(kStagingRoot)) return std::nullopt;
  key.remove_prefix(kStagingRoot.size());
  if (!key.starts_with(pipeline) || !key.substr(pipeline.size()).starts_with("/")) {
    return std::nullopt;
  }
  key.remove_prefix(pipeline.size() + 1);
  const size_t length = BatchLength(key, '/');
  if (length == 0 || !key.substr(length).starts_with("/job-")) return std::nullopt;
  return std::string(key.substr(0, length));
}

std::optional<uint64_t> FenceOfStagedKey(std::string_view key) {
  constexpr std::string_view kMark = "/job-";
  const size_t at = key.find(kMark);
  if (at == key.npos) return std::nullopt;
  const std::string_view rest = key.substr(at + kMark.size());
  uint64_t fence = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), fence);
  if (error != std::errc()) return std::nullopt;
  return fence;
}

std::string OutputName(std::string_view batch, uint32_t part, std::string_view suffix) {
  char stem[24];
  std::snprintf(stem, sizeof stem, "part-%05u-", part);
  return stem + FlatName(batch).append(suffix);
}

std::string QuarantineName(std::string_view batch) { return FlatName(batch).append(".ndjson"); }

std::optional<std::string> BatchOfOutputKey(std::string_view key) {
  std::string_view name = key.substr(key.rfind('/') + 1);  // npos + 1 == 0
  if (name.starts_with(kPartMark)) {
    name.remove_prefix(kPartMark.size());
    const size_t digits = DigitsAt(name);
    if (digits < 5 || !name.substr(digits).starts_with("-")) return std::nullopt;
    name.remove_prefix(digits + 1);
  }
  const size_t length = BatchLength(name, '-');
  if (length == 0 || !name.substr(length).starts_with(".")) return std::nullopt;
  std::string batch(name.substr(0, length));
  batch[kDayLength] = '/';
  return batch;
}

}  // namespace varve
