// Partitions: which directory of the dataset each input's rows go to.
//
// Directory names are Hive's (`year=2025/month=01/day=17`), so that every engine discovers the
// columns. Values are untrusted: what could leave the directory, or is no file name, is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "etl/convert/convert.h"

namespace varve {

inline constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

struct PartitionPlan {
  std::vector<uint32_t> group_of_input;
  std::vector<std::string> directory_of_group;  // relative, "" for the dataset's root
};

// For every way of partitioning but by column. Under kFilenameDate an input with one in `dates`
// (empty, or one entry an input) goes by that, others by the date in their name; those that have
// none go to the null partition.
PartitionPlan PlanPartitions(const PartitionSpec& spec, const std::vector<std::string>& names,
                             const std::vector<std::string>& dates = {});

// Whether `text` is a day, YYYY-MM-DD.
bool IsDate(std::string_view text);

// "year=2025/month=01/day=17" of days since 1970-01-01, to the grain (kHour: with `hour`).
std::string DateDirectory(int64_t days, int hour, TimeGrain grain);
std::string NullDateDirectory(TimeGrain grain);

// One `name=value` path component, both parts escaped as Hive does (%XX); at most 255 bytes, longer
// values being cut and told apart by a hash.
std::string HiveComponent(std::string_view name, std::string_view value);

}  // namespace varve
