// Explain: the life of a file, for people and machines. What `varve explain` and the dashboard
// tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "operate/record_json.h"
#include "ports/file_tracker.h"

namespace varve {

// One version of a file.
struct FileLife {
  FileRecord file;
  std::vector<FileEvent> events;
  std::vector<std::string> outputs;  // kCompleted: the objects its rows and bad lines are in
};

// The versions of `key`, newest first. kNotFound when there is none.
Result<std::vector<FileLife>> Explain(FileTracker& tracker, std::string_view pipeline,
                                      std::string_view key);

// What a person can do about a file in this state; empty: nothing needs to be done.
std::string_view AdviceOn(FileState state);

Json LifeJson(std::string_view pipeline, std::string_view key, const std::vector<FileLife>& lives);

Error UnknownKey(std::string_view pipeline, std::string_view key);

}  // namespace varve
