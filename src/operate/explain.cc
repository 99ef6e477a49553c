#include "operate/explain.h"

#include <utility>

namespace varve {

Error UnknownKey(std::string_view pipeline, std::string_view key) {
  return {Code::kNotFound, "pipeline " + std::string(pipeline) + " knows no file " +
                               std::string(key) + "; `varve files` lists those it knows"};
}

std::string_view AdviceOn(FileState state) {
  switch (state) {
    case FileState::kFailed: return "mend the file, or try it again with `varve retry`";
    case FileState::kMissing: return "bring the file back, or leave it: nothing of it was written";
    case FileState::kSuperseded: return "a newer version of this file took its place";
    default: return "";
  }
}

Result<std::vector<FileLife>> Explain(FileTracker& tracker, std::string_view pipeline,
                                      std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(std::vector<FileRecord> versions, tracker.Versions(pipeline, key));
  if (versions.empty()) return UnknownKey(pipeline, key);
  std::vector<FileLife> lives;
  for (FileRecord& file : versions) {
    FileLife life;
    VARVE_ASSIGN_OR_RETURN(life.events, tracker.History(pipeline, file.object.ref));
    if (file.state == FileState::kCompleted) {
      VARVE_ASSIGN_OR_RETURN(const BatchRecord batch, tracker.GetBatch(pipeline, file.batch));
      for (const BatchOutput& output : batch.outputs) life.outputs.push_back(output.final_key);
    }
    life.file = std::move(file);
    lives.push_back(std::move(life));
  }
  return lives;
}

Json LifeJson(std::string_view pipeline, std::string_view key, const std::vector<FileLife>& lives) {
  Json versions = Json::array();
  for (const FileLife& life : lives) {
    Json version = FileJson(life.file);
    version["outputs"] = life.outputs;
    version["advice"] = AdviceOn(life.file.state);
    version["events"] = Json::array();
    for (const FileEvent& event : life.events) version["events"].push_back(EventJson(event));
    versions.push_back(std::move(version));
  }
  return {{"pipeline", pipeline}, {"key", key}, {"versions", std::move(versions)}};
}

}  // namespace varve
