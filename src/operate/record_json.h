// What the pipeline keeps, as JSON for machines: the shapes of every command's --json.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "model/batch.h"
#include "model/file_record.h"
#include "pipeline/reprocess.h"
#include "ports/file_tracker.h"
#include "ports/queue.h"

namespace varve {

using Json = nlohmann::ordered_json;

Json TimeOrNull(int64_t us);  // in UTC; 0 is null
Json FileJson(const FileRecord& file);
Json EventJson(const FileEvent& event);
Json BatchJson(const BatchRecord& batch);
Json LetterJson(const DeadLetter& letter);
Json StatsJson(const TrackerStats& stats, const QueueDepth& depth, int64_t now_us);
Json ReprocessJson(std::string_view pipeline, const ReprocessReport& report);

// One line, ending in a newline; names that are not UTF-8 get replacement characters.
std::string JsonLineOf(const Json& json);

}  // namespace varve
