#include "pipeline/event.h"

#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/percent_escape.h"

namespace varve {
namespace {

using nlohmann::json;

constexpr int kEnvelopesMax = 3;
constexpr size_t kSequencerDigits = 32;

Error Bad(std::string_view what) {
  return Error{Code::kInvalidArgument, "not an S3 event: " + std::string(what)};
}

const json* Find(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string TextAt(const json& object, const char* key) {
  const json* value = Find(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string WithoutQuotes(std::string etag) {
  std::erase(etag, '"');
  return etag;
}

bool Interesting(std::string_view event_name) {
  return event_name.find("ObjectCreated:") != event_name.npos ||
         event_name.find("ObjectRemoved:") != event_name.npos ||
         event_name.find("LifecycleExpiration:") != event_name.npos;
}

Result<ObjectEvent> ReadObject(const json& bucket, const json& object, bool encoded) {
  ObjectEvent event;
  event.bucket = TextAt(bucket, "name");
  event.key = TextAt(object, "key");
  if (event.bucket.empty()) return Bad("the bucket has no name");
  if (event.key.empty()) return Bad("the object has no key");
  if (encoded) {
    VARVE_ASSIGN_OR_RETURN(event.key, DecodeEventKey(event.key));
  }
  event.version = TextAt(object, encoded ? "versionId" : "version-id");
  event.etag = WithoutQuotes(TextAt(object, encoded ? "eTag" : "etag"));
  event.sequencer = TextAt(object, "sequencer");
  return event;
}

Result<std::vector<ObjectEvent>> ReadRecords(const json& records) {
  if (!records.is_array()) return Bad("\"Records\" is not an array");
  std::vector<ObjectEvent> events;
  for (const json& record : records) {
    const std::string version = TextAt(record, "eventVersion");
    if (!version.starts_with("2.")) {
      return Bad("its version is \"" + version + "\"; this varve reads 2.x");
    }
    if (!Interesting(TextAt(record, "eventName"))) continue;
    const json* s3 = Find(record, "s3");
    const json* bucket = s3 == nullptr ? nullptr : Find(*s3, "bucket");
    const json* object = s3 == nullptr ? nullptr : Find(*s3, "object");
    if (bucket == nullptr || object == nullptr) return Bad("a record names no bucket or object");
    VARVE_ASSIGN_OR_RETURN(ObjectEvent event, ReadObject(*bucket, *object, true));
    events.push_back(std::move(event));
  }
  return events;
}

// EventBridge does not encode keys.
Result<std::vector<ObjectEvent>> ReadBridged(const json& root) {
  const std::string kind = TextAt(root, "detail-type");
  if (kind != "Object Created" && kind != "Object Deleted") return std::vector<ObjectEvent>();
  const json* detail = Find(root, "detail");
  const json* bucket = detail == nullptr ? nullptr : Find(*detail, "bucket");
  const json* object = detail == nullptr ? nullptr : Find(*detail, "object");
  if (bucket == nullptr || object == nullptr) return Bad("its detail names no bucket or object");
  VARVE_ASSIGN_OR_RETURN(ObjectEvent event, ReadObject(*bucket, *object, false));
  return std::vector<ObjectEvent>{std::move(event)};
}

Result<std::vector<ObjectEvent>> Read(std::string_view body, int envelopes) {
  const json root = json::parse(body, nullptr, false);
  if (root.is_discarded()) return Bad("the body is not JSON");
  if (!root.is_object()) return Bad("the body is not a JSON object");
  if (const json* records = Find(root, "Records")) return ReadRecords(*records);
  if (TextAt(root, "Event") == "s3:TestEvent") return std::vector<ObjectEvent>();
  if (TextAt(root, "source") == "aws.s3") return ReadBridged(root);
  if (const json* inner = Find(root, "Message"); inner != nullptr && inner->is_string()) {
    if (envelopes == 0) return Bad("too many envelopes around it");
    return Read(inner->get_ref<const std::string&>(), envelopes - 1);
  }
  return Bad("no \"Records\", no EventBridge detail and no SNS \"Message\"");
}

std::string EncodeEventKey(std::string_view key) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '/') {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

}  // namespace

Result<std::vector<ObjectEvent>> ParseEvents(std::string_view body) {
  return Read(body, kEnvelopesMax);
}

Result<std::string> DecodeEventKey(std::string_view encoded) {
  std::string key;
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '+') {
      key.push_back(' ');
    } else if (encoded[i] != '%') {
      key.push_back(encoded[i]);
    } else {
      const int byte = EscapedByte(encoded.substr(i));
      if (byte < 0) return Bad("its key holds a broken %-escape");
      key.push_back(static_cast<char>(byte));
      i += 2;
    }
  }
  return key;
}

std::string CreatedEventBody(const ObjectInfo& object) {
  std::string body =
      R"({"Records":[{"eventVersion":"2.1","eventSource":"varve","eventName":"ObjectCreated:Put",)"
      R"("s3":{"bucket":{"name":)";
  AppendJsonString(object.ref.bucket, &body);
  body.append("},\"object\":{\"key\":");
  AppendJsonString(EncodeEventKey(object.ref.key), &body);
  body.append(",\"versionId\":");
  AppendJsonString(object.ref.version, &body);
  body.append(",\"eTag\":");
  AppendJsonString(object.etag, &body);
  body.append("}}}]}");
  return body;
}

std::string SequencerOf(int64_t modified_us, std::string_view event_sequencer) {
  char text[24];
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(modified_us < 0 ? 0 : modified_us));
  std::string sequencer = std::string(text) + "-";
  if (event_sequencer.size() < kSequencerDigits) {
    sequencer.append(kSequencerDigits - event_sequencer.size(), '0');
  }
  for (const char c : event_sequencer) {
    sequencer.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return sequencer;
}

}  // namespace varve
