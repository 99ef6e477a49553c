#include "lambda/job_document.h"

#include <nlohmann/json.hpp>

#include "model/names.h"
#include "model/schema_json.h"

namespace varve::lambda {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

Error Corrupt(std::string_view why) {
  return Error{Code::kCorrupt, "the job document is damaged: " + std::string(why)};
}

Result<JobDocument> Read(const json& node) {
  if (node.at("version").get<int>() != kVersion) return Corrupt("its version is not known here");
  JobDocument document;
  document.job = node.at("job").get<std::string>();
  VARVE_ASSIGN_OR_RETURN(document.manifest, ManifestFromJson(node.at("manifest").dump()));
  if (const json& schema = node.at("schema"); !schema.is_null()) {
    VARVE_ASSIGN_OR_RETURN(document.schema.schema, SchemaFromJson(schema.dump()));
    document.schema.version = document.manifest.schema_version;
  }
  document.schema.pinned = node.at("pinned").get<bool>();
  document.conversion = node.at("convert").get<ConversionKeys>();
  document.output = node.at("output").get<std::string>();
  document.staging = node.at("staging").get<std::string>();
  return document;
}

}  // namespace

std::string DocumentKey(std::string_view job) { return StagingPrefix(job) + "job.json"; }
std::string ResultKey(std::string_view job) { return StagingPrefix(job) + "result.json"; }

std::string JobDocumentToJson(const JobDocument& document) {
  json node = {{"version", kVersion},
               {"job", document.job},
               {"manifest", json::parse(ManifestToJson(document.manifest))},
               {"schema", nullptr},
               {"pinned", document.schema.pinned},
               {"convert", document.conversion},
               {"output", document.output},
               {"staging", document.staging}};
  // Columns have an order, which plain JSON objects would lose: fields are a list in that document.
  if (document.schema.version != 0) {
    node["schema"] = json::parse(SchemaToJson(document.schema.schema));
  }
  return node.dump(1, ' ', false, json::error_handler_t::replace);
}

Result<JobDocument> JobDocumentFromJson(std::string_view text) {
  try {
    return Read(json::parse(text));
  } catch (const json::exception& e) {
    return Corrupt(e.what());
  }
}

}  // namespace varve::lambda
