#include "pipeline/flush_policy.h"

#include <algorithm>

namespace varve {
namespace {

uint32_t FilesMax(const FlushConfig& config) {
  return std::clamp<uint32_t>(config.max_files, 1, kBatchFilesMax);
}

// A first_seen_us in the future was written before the clock was set back.
bool IsOld(const FileRecord& file, const FlushConfig& config, int64_t now_us) {
  const int64_t age_us = now_us - file.first_seen_us;
  return age_us >= config.max_wait_us || age_us < -config.max_wait_us;
}

FlushTrigger TriggerOf(size_t files, uint64_t bytes, bool old, const FlushConfig& config) {
  if (files >= std::min(config.min_files, FilesMax(config))) return FlushTrigger::kFiles;
  if (bytes >= config.max_bytes) return FlushTrigger::kBytes;
  return old ? FlushTrigger::kAge : FlushTrigger::kNone;
}

}  // namespace

std::string_view FlushTriggerName(FlushTrigger trigger) {
  switch (trigger) {
    case FlushTrigger::kNone: return "none";
    case FlushTrigger::kFiles: return "files";
    case FlushTrigger::kBytes: return "bytes";
    case FlushTrigger::kAge: return "age";
    case FlushTrigger::kAlone: return "alone";
    case FlushTrigger::kDrain: return "drain";
  }
  return "unknown";
}

FlushDecision DecideFlush(const std::vector<FileRecord>& pending, const FlushConfig& config,
                          bool drain, int64_t now_us) {
  FlushDecision decision;
  size_t files = 0;
  uint64_t bytes = 0;
  bool old = false;
  bool full = false;
  for (const FileRecord& file : pending) {
    if (file.alone) return {FlushTrigger::kAlone, {file}, 0};
    ++files;
    bytes += file.object.size_bytes;
    old = old || IsOld(file, config, now_us);
    const int64_t due_us = file.first_seen_us + config.max_wait_us;
    if (decision.next_us == 0 || due_us < decision.next_us) decision.next_us = due_us;
    if (full) continue;
    decision.files.push_back(file);
    full = decision.files.size() >= FilesMax(config) || bytes >= config.max_bytes;
  }
  if (files == 0) return decision;
  decision.trigger = TriggerOf(files, bytes, old, config);
  if (decision.trigger == FlushTrigger::kNone && drain) decision.trigger = FlushTrigger::kDrain;
  if (decision.trigger == FlushTrigger::kNone) decision.files.clear();
  return decision;
}

}  // namespace varve
