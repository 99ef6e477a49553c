#include "adapters/aws/s3/s3_expand.h"

#include <fnmatch.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "adapters/aws/s3/s3_listing.h"
#include "adapters/aws/s3/s3_object.h"
#include "etl/source/source.h"

namespace varve::aws {
namespace {

constexpr std::string_view kGlobCharacters = "*?[\\";

using Filter = std::function<bool(std::string_view key)>;

Status AppendListed(S3Bucket& bucket, std::string_view prefix, const Filter& wanted,
                    std::vector<ObjectInfo>* objects) {
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(ListPage page,
                           ListNewest(bucket, Versioning::kNever, prefix, after, kListMax));
    for (ObjectInfo& object : page.objects) {
      const std::string& key = object.ref.key;
      if (!key.ends_with('/') && wanted(key)) objects->push_back(std::move(object));
    }
    after = std::move(page.next);
  } while (!after.empty());
  return Ok{};
}

std::pair<std::string_view, std::string_view> SplitFirst(std::string_view path) {
  const size_t slash = path.find('/');
  if (slash == path.npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

// A name below a prefix that a search of a directory would find.
bool IsInputBelow(std::string_view rest) {
  const std::string_view name = rest.substr(rest.rfind('/') + 1);
  if (!HasInputExtension(name)) return false;
  while (!rest.empty()) {
    const auto [part, after] = SplitFirst(rest);
    if (part.starts_with('.') || part.starts_with('_')) return false;
    rest = after;
  }
  return true;
}

Result<std::vector<ObjectInfo>> Below(S3Bucket& bucket, const std::string& prefix) {
  std::vector<ObjectInfo> objects;
  const auto wanted = [&prefix](std::string_view key) {
    return IsInputBelow(key.substr(prefix.size()));
  };
  VARVE_RETURN_IF_ERROR(AppendListed(bucket, prefix, wanted, &objects));
  return objects;
}

Result<std::vector<ObjectInfo>> Matching(S3Bucket& bucket, const std::string& pattern) {
  const std::string literal = pattern.substr(0, pattern.find_first_of(kGlobCharacters));
  std::vector<ObjectInfo> objects;
  const auto wanted = [&pattern](std::string_view key) { return MatchesGlob(key, pattern); };
  VARVE_RETURN_IF_ERROR(AppendListed(bucket, literal, wanted, &objects));
  if (!objects.empty()) return objects;
  return Error{Code::kNotFound, bucket.Url(pattern) +
                                    ": the pattern matches no object; check it, and quote it for "
                                    "the shell"};
}

}  // namespace

bool MatchesGlob(std::string_view key, std::string_view pattern) {
  const auto [part, pattern_rest] = SplitFirst(pattern);
  const bool last = part.size() == pattern.size();
  const auto [name, key_rest] = SplitFirst(key);
  const bool last_name = name.size() == key.size();
  if (part == "**") {
    if (last) return true;
    return MatchesGlob(key, pattern_rest) || (!last_name && MatchesGlob(key_rest, pattern));
  }
  if (fnmatch(std::string(part).c_str(), std::string(name).c_str(), FNM_PERIOD) != 0) return false;
  if (last || last_name) return last && last_name;
  return MatchesGlob(key_rest, pattern_rest);
}

Result<std::vector<ObjectInfo>> ExpandS3(S3Bucket& bucket, const std::string& pattern) {
  std::string prefix = pattern;
  if (!pattern.empty() && !pattern.ends_with('/')) {
    auto object = HeadNewest(bucket, pattern, Versioning::kNever);
    if (object.ok()) return std::vector<ObjectInfo>{std::move(object).value()};
    if (object.error().code != Code::kNotFound) return std::move(object).error();
    if (pattern.find_first_of(kGlobCharacters) != pattern.npos) return Matching(bucket, pattern);
    prefix += '/';
  }
  VARVE_ASSIGN_OR_RETURN(std::vector<ObjectInfo> objects, Below(bucket, prefix));
  if (!objects.empty()) return objects;
  return Error{Code::kNotFound, bucket.Url(pattern) +
                                    ": no such object, and no *.ndjson, *.jsonl or *.json (plain, "
                                    ".gz or .zst) below it; check the name"};
}

}  // namespace varve::aws
