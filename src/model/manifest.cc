#include "model/manifest.h"

#include <optional>
#include <utility>

#include "base/json_text.h"
#include "base/time_text.h"
#include "model/json_node.h"

namespace varve {
namespace {

constexpr int kDepthMax = 8;
using Kind = JsonNode::Kind;

void AppendMember(std::string_view key, std::string_view text, std::string* out) {
  AppendJsonString(key, out);
  out->append(": ");
  AppendJsonString(text, out);
}

void AppendFile(const ManifestFile& file, std::string* out) {
  out->append("    {");
  AppendMember("bucket", file.ref.bucket, out);
  out->append(", ");
  AppendMember("key", file.ref.key, out);
  out->append(", ");
  AppendMember("version", file.ref.version, out);
  out->append(", \"size_bytes\": ").append(std::to_string(file.size_bytes)).append(", ");
  AppendMember("compression", file.compression, out);
  out->append(", ");
  AppendMember("partition_date", file.partition_date, out);
  out->push_back('}');
}

// Reads the members of one object; the first thing wrong is remembered.
class ObjectReader {
 public:
  ObjectReader(const JsonNode& object, std::string_view what) : object_(object) {
    if (object.kind != Kind::kObject) {
      Fail(object.position,
           std::string(what) + " must be an object, not " + std::string(JsonKindName(object.kind)));
    }
  }

  const JsonNode* Member(std::string_view key, Kind kind) {
    const JsonMember* member = object_.Find(key);
    if (member == nullptr) {
      Fail(object_.position, "\"" + std::string(key) + "\" is missing");
      return nullptr;
    }
    if (member->value.kind != kind) {
      Fail(member->value.position, "\"" + std::string(key) + "\" must be " +
                                       std::string(JsonKindName(kind)) + ", not " +
                                       std::string(JsonKindName(member->value.kind)));
      return nullptr;
    }
    return &member->value;
  }
  std::string Text(std::string_view key) {
    const JsonNode* node = Member(key, Kind::kString);
    return node == nullptr ? std::string() : node->text;
  }
  uint64_t Count(std::string_view key) {
    const JsonNode* node = Member(key, Kind::kInteger);
    if (node == nullptr) return 0;
    if (node->integer < 0) Fail(node->position, "\"" + std::string(key) + "\" is negative");
    return static_cast<uint64_t>(node->integer);
  }
  std::string Day(std::string_view key) {
    std::string text = Text(key);
    if (!IsDay(text)) FailAt(key, "must be a day, as in 2025-01-17");
    return text;
  }
  int64_t Instant(std::string_view key) {
    const auto us = ParseUtc(Text(key));
    if (!us) FailAt(key, "must be an instant, as in 2025-01-17T09:30:00.000000Z");
    return us.value_or(0);
  }

  void FailAt(std::string_view key, std::string_view message) {
    const JsonMember* member = object_.Find(key);
    Fail(member == nullptr ? object_.position : member->value.position,
         "\"" + std::string(key) + "\" " + std::string(message));
  }
  std::optional<Error>& error() { return error_; }

 private:
  void Fail(TextPosition position, std::string_view message) {
    if (error_) return;
    error_ = ErrorAt(position, message);
    error_->code = Code::kCorrupt;
  }

  const JsonNode& object_;
  std::optional<Error> error_;
};

Result<ManifestFile> ReadFileNode(const JsonNode& node) {
  ObjectReader reader(node, "a file");
  ManifestFile file;
  file.ref.bucket = reader.Text("bucket");
  file.ref.key = reader.Text("key");
  file.ref.version = reader.Text("version");
  file.size_bytes = reader.Count("size_bytes");
  file.compression = reader.Text("compression");
  file.partition_date = reader.Day("partition_date");
  if (reader.error()) return *std::move(reader.error());
  return file;
}

}  // namespace

std::string ManifestToJson(const Manifest& manifest) {
  std::string out = "{\n  \"varve_manifest\": " + std::to_string(Manifest::kVersion) + ",\n  ";
  AppendMember("pipeline", manifest.pipeline, &out);
  out.append(",\n  ");
  AppendMember("batch", manifest.batch, &out);
  out.append(",\n  ");
  AppendMember("created", FormatUtc(manifest.created_us), &out);
  out.append(",\n  \"schema_version\": ").append(std::to_string(manifest.schema_version));
  out.append(",\n  ");
  AppendMember("output_prefix", manifest.output_prefix, &out);
  out.append(",\n  \"files\": [");
  for (size_t i = 0; i < manifest.files.size(); ++i) {
    out.append(i == 0 ? "\n" : ",\n");
    AppendFile(manifest.files[i], &out);
  }
  out.append(manifest.files.empty() ? "]\n}\n" : "\n  ]\n}\n");
  return out;
}

Result<Manifest> ManifestFromJson(std::string_view text) {
  auto root = ParseJsonNode(text, kDepthMax);
  if (!root.ok()) return Error{Code::kCorrupt, std::move(root.error().message)};
  ObjectReader reader(*root, "a manifest");
  const uint64_t version = reader.Count("varve_manifest");
  if (version != Manifest::kVersion) {
    reader.FailAt("varve_manifest", "is a version this varve does not know; it reads version 1");
  }
  Manifest manifest;
  manifest.pipeline = reader.Text("pipeline");
  manifest.batch = reader.Text("batch");
  manifest.created_us = reader.Instant("created");
  manifest.schema_version = reader.Count("schema_version");
  manifest.output_prefix = reader.Text("output_prefix");
  const JsonNode* files = reader.Member("files", Kind::kArray);
  if (reader.error()) return *std::move(reader.error());
  for (const JsonNode& node : files->elements) {
    VARVE_ASSIGN_OR_RETURN(ManifestFile file, ReadFileNode(node));
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

}  // namespace varve
