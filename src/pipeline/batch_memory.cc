#include "pipeline/batch_memory.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "model/schema_json.h"

namespace varve {
namespace {

using nlohmann::json;

json Encode(const ObjectRef& ref) { return json::array({ref.bucket, ref.key, ref.version}); }

ObjectRef DecodeRef(const json& node) {
  return {node.at(0).get<std::string>(), node.at(1).get<std::string>(),
          node.at(2).get<std::string>()};
}

json Encode(const BatchOutput& output) {
  return {{"staged", output.staged_key}, {"final", output.final_key},
          {"rows", output.rows},         {"bytes", output.size_bytes},
          {"hash", output.hash},         {"quarantine", output.quarantine}};
}

BatchOutput DecodeOutput(const json& node) {
  BatchOutput output;
  output.staged_key = node.at("staged").get<std::string>();
  output.final_key = node.at("final").get<std::string>();
  output.rows = node.at("rows").get<uint64_t>();
  output.size_bytes = node.at("bytes").get<uint64_t>();
  output.hash = node.at("hash").get<std::string>();
  output.quarantine = node.at("quarantine").get<bool>();
  return output;
}

json Encode(const FileOutcome& outcome) {
  const RowAccounting& rows = outcome.accounting;
  return {{"file", Encode(outcome.ref)},
          {"counts", json::array({rows.lines, rows.rows, rows.quarantined, rows.blank})},
          {"error", outcome.error}};
}

FileOutcome DecodeOutcome(const json& node) {
  const json& counts = node.at("counts");
  FileOutcome outcome;
  outcome.ref = DecodeRef(node.at("file"));
  outcome.accounting = {counts.at(0).get<uint64_t>(), counts.at(1).get<uint64_t>(),
                        counts.at(2).get<uint64_t>(), counts.at(3).get<uint64_t>()};
  outcome.error = node.at("error").get<std::string>();
  return outcome;
}

json Encode(const JobResult& result) {
  json node = {{"outputs", json::array()},
               {"outcomes", json::array()},
               {"missing", json::array()},
               {"schema", SchemaToJson(result.schema)}};
  for (const BatchOutput& output : result.outputs) node["outputs"].push_back(Encode(output));
  for (const FileOutcome& outcome : result.outcomes) node["outcomes"].push_back(Encode(outcome));
  for (const ObjectRef& ref : result.missing) node["missing"].push_back(Encode(ref));
  return node;
}

Result<JobResult> ReadResult(const json& node) {
  JobResult result;
  for (const json& output : node.at("outputs")) result.outputs.push_back(DecodeOutput(output));
  for (const json& outcome : node.at("outcomes")) {
    result.outcomes.push_back(DecodeOutcome(outcome));
  }
  for (const json& ref : node.at("missing")) result.missing.push_back(DecodeRef(ref));
  VARVE_ASSIGN_OR_RETURN(result.schema,
                         SchemaFromJson(node.at("schema").get_ref<const std::string&>()));
  return result;
}

Error Corrupt(std::string_view what) {
  return Error{Code::kCorrupt, "the workflow's memory is damaged: " + std::string(what)};
}

}  // namespace

std::string EncodeMemory(const BatchMemory& memory) {
  json node = {
      {"job", memory.job}, {"job_attempt", memory.job_attempt}, {"job_owner", memory.job_owner}};
  if (memory.result) node["result"] = Encode(*memory.result);
  return node.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<BatchMemory> DecodeMemory(std::string_view text) {
  BatchMemory memory;
  if (text.empty()) return memory;
  try {
    const json node = json::parse(text);
    memory.job = node.at("job").get<std::string>();
    memory.job_attempt = node.at("job_attempt").get<uint32_t>();
    memory.job_owner = node.at("job_owner").get<std::string>();
    if (const auto result = node.find("result"); result != node.end()) {
      VARVE_ASSIGN_OR_RETURN(memory.result, ReadResult(*result));
    }
    return memory;
  } catch (const json::exception& e) {
    return Corrupt(e.what());
  }
}

std::string EncodeResult(const JobResult& result) {
  return Encode(result).dump(1, ' ', false, json::error_handler_t::replace);
}

Result<JobResult> DecodeResult(std::string_view text) {
  try {
    return ReadResult(json::parse(text));
  } catch (const json::exception& e) {
    return Error{Code::kCorrupt, std::string("the job's result is damaged: ") + e.what()};
  }
}

std::string EncodeInput(std::string_view pipeline, std::string_view batch, std::string_view owner) {
  std::string input = "{\"pipeline\":";
  AppendJsonString(pipeline, &input);
  input.append(",\"batch\":");
  AppendJsonString(batch, &input);
  if (!owner.empty()) {
    input.append(",\"owner\":");
    AppendJsonString(owner, &input);
  }
  input.push_back('}');
  return input;
}

Result<std::string> BatchOfInput(std::string_view input) {
  try {
    return json::parse(input).at("batch").get<std::string>();
  } catch (const json::exception& e) {
    return Corrupt(e.what());
  }
}

}  // namespace varve
