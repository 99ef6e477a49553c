#include "operate/retry.h"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "operate/explain.h"

namespace varve {
namespace {

constexpr int kPageFiles = 500;

Status RetryOne(FileTracker& tracker, const RetryRequest& request, const FileRecord& file) {
  return tracker.Retry(request.pipeline, file.object.ref, request.detail, request.now_us);
}

Result<std::vector<FileRecord>> Failed(FileTracker& tracker, std::string_view pipeline) {
  std::vector<FileRecord> files;
  FileFilter filter;
  filter.state = FileState::kFailed;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(FilePage page, tracker.Files(pipeline, filter, after, kPageFiles));
    std::move(page.files.begin(), page.files.end(), std::back_inserter(files));
    after = std::move(page.next);
  } while (!after.empty());
  return files;
}

}  // namespace

Status RetryKey(FileTracker& tracker, const RetryRequest& request, std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> versions,
                         tracker.Versions(request.pipeline, key));
  if (versions.empty()) return UnknownKey(request.pipeline, key);
  const FileRecord& newest = versions.front();
  Status retried = RetryOne(tracker, request, newest);
  if (!retried.ok() && retried.error().code == Code::kConflict) {
    return Error{Code::kConflict,
                 std::string(key) + " is " + std::string(FileStateName(newest.state)) +
                     "; only failed and missing files can be retried (a completed one: `varve "
                     "reprocess`)"};
  }
  return retried;
}

Result<uint64_t> RetryFailed(FileTracker& tracker, const RetryRequest& request) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> files, Failed(tracker, request.pipeline));
  uint64_t retried = 0;
  for (const FileRecord& file : files) {
    const Status status = RetryOne(tracker, request, file);
    // Somebody else was faster.
    if (!status.ok() && status.error().code != Code::kConflict) return status.error();
    retried += status.ok() ? 1 : 0;
  }
  return retried;
}

}  // namespace varve
