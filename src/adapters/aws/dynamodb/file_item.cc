#include "adapters/aws/dynamodb/file_item.h"

#include <string>
#include <utility>

#include "adapters/aws/dynamodb/item.h"
#include "adapters/aws/dynamodb/table.h"

namespace varve::aws {
namespace {

using nlohmann::json;

json EventValue(const FileEvent& event) {
  return {{"M",
           {{"at_us", NumberValue(event.at_us)},
            {"state", TextValue(FileStateName(event.state))},
            {"batch", TextValue(event.batch)},
            {"detail", TextValue(event.detail)}}}};
}

FileState ReadState(ItemReader& reader) {
  const auto state = ParseFileState(reader.Text("state"));
  if (!state) reader.Refuse("state");
  return state.value_or(FileState::kPending);
}

Result<FileEvent> ParseEvent(const json& value) {
  const auto map = value.find("M");
  if (map == value.end()) return Error{Code::kCorrupt, "an event of the history is no map"};
  ItemReader reader(*map);
  FileEvent event;
  event.at_us = reader.Int("at_us");
  event.state = ReadState(reader);
  event.batch = reader.Text("batch");
  event.detail = reader.Text("detail");
  VARVE_RETURN_IF_ERROR(reader.status());
  return event;
}

size_t SizeOf(const FileEvent& event) { return 64 + event.batch.size() + event.detail.size(); }

// How a file came is kept, and what happened last.
void ForgetOldEvents(std::vector<FileEvent>* history) {
  size_t bytes = 0;
  for (const FileEvent& event : *history) bytes += SizeOf(event);
  while (bytes > kHistoryBytes && history->size() > 2) {
    bytes -= SizeOf((*history)[1]);
    history->erase(history->begin() + 1);
  }
}

FileRecord ReadFile(ItemReader& reader) {
  FileRecord file;
  file.pipeline = reader.Text("pipeline");
  file.object.ref = {reader.Text("bucket"), reader.Text("object_key"), reader.Text("version")};
  file.object.size_bytes = reader.Unsigned("size_bytes");
  file.object.etag = reader.Text("etag");
  file.object.modified_us = reader.Int("modified_us");
  file.sequencer = reader.Text("sequencer");
  file.state = ReadState(reader);
  file.batch = reader.Text("batch");
  file.attempts = static_cast<uint32_t>(reader.Unsigned("attempts"));
  file.alone = reader.Flag("alone");
  file.first_seen_us = reader.Int("first_seen_us");
  file.not_before_us = reader.Int("not_before_us");
  file.updated_us = reader.Int("updated_us");
  file.accounting = {reader.Unsigned("line_count"), reader.Unsigned("row_count"),
                     reader.Unsigned("quarantined"), reader.Unsigned("blank")};
  file.error = reader.Text("error");
  return file;
}

}  // namespace

void PutIndexKey(json* item, const char* index, const IndexKey& key) {
  if (key.pk.empty()) return;
  (*item)[std::string(index) + "_pk"] = TextValue(key.pk);
  (*item)[std::string(index) + "_sk"] = TextValue(key.sk);
}

json FileItem(const FileEntry& entry) {
  const FileRecord& file = entry.file;
  const Key key = FileKey(file.pipeline, file.object.ref);
  json history = json::array();
  for (const FileEvent& event : entry.history) history.push_back(EventValue(event));
  json item = {{"pk", TextValue(key.pk)},
               {"sk", TextValue(key.sk)},
               {"rev", NumberValue(entry.revision)},
               {"number", NumberValue(entry.number)},
               {"newer_known", FlagValue(entry.newer_known)},
               {"pipeline", TextValue(file.pipeline)},
               {"bucket", TextValue(file.object.ref.bucket)},
               {"object_key", TextValue(file.object.ref.key)},
               {"version", TextValue(file.object.ref.version)},
               {"size_bytes", NumberValue(file.object.size_bytes)},
               {"etag", TextValue(file.object.etag)},
               {"modified_us", NumberValue(file.object.modified_us)},
               {"sequencer", TextValue(file.sequencer)},
               {"state", TextValue(FileStateName(file.state))},
               {"batch", TextValue(file.batch)},
               {"attempts", NumberValue(file.attempts)},
               {"alone", FlagValue(file.alone)},
               {"first_seen_us", NumberValue(file.first_seen_us)},
               {"not_before_us", NumberValue(file.not_before_us)},
               {"updated_us", NumberValue(file.updated_us)},
               {"line_count", NumberValue(file.accounting.lines)},
               {"row_count", NumberValue(file.accounting.rows)},
               {"quarantined", NumberValue(file.accounting.quarantined)},
               {"blank", NumberValue(file.accounting.blank)},
               {"error", TextValue(file.error)},
               {"history", {{"L", history}}}};
  PutIndexKey(&item, kDueIndex, DueKey(file));
  PutIndexKey(&item, kListingIndex, ListingKey(file));
  return item;
}

Result<FileEntry> ParseFileItem(const json& item) {
  ItemReader reader(item);
  FileEntry entry;
  entry.file = ReadFile(reader);
  entry.newer_known = reader.Flag("newer_known");
  entry.number = reader.Unsigned("number");
  entry.revision = reader.Unsigned("rev");
  for (const json& value : reader.List("history")) {
    VARVE_ASSIGN_OR_RETURN(FileEvent event, ParseEvent(value));
    entry.history.push_back(std::move(event));
  }
  VARVE_RETURN_IF_ERROR(reader.status());
  return entry;
}

FileEntry Changed(FileEntry entry, FileRecord next, std::string_view detail) {
  next.error = CutText(next.error, kErrorBytes);
  entry.history.push_back(
      {next.updated_us, next.state, next.batch, std::string(CutText(detail, kDetailBytes))});
  ForgetOldEvents(&entry.history);
  entry.file = std::move(next);
  entry.revision += 1;
  return entry;
}

}  // namespace varve::aws
