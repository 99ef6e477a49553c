// varve task, hidden: one part of a dataset that many machines convert, JSON in and JSON out
// (docs/reference/task.md). What a Spark executor runs.
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "adapters/local/file_hash.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/pipeline_options.h"
#include "etl/convert/convert.h"
#include "etl/schema/observed_json.h"
#include "model/schema_json.h"

namespace varve::cli {
namespace {

using Json = nlohmann::ordered_json;

PipelineValues KeysOf(const Json& keys) {
  PipelineValues values;
  for (const auto& [name, value] : keys.items()) {
    values[name] = value.is_array() ? value.get<std::vector<std::string>>()
                                    : ValuesOfText(name, value.get<std::string>());
  }
  return values;
}

void ReadInputs(const Json& inputs, ConvertOptions* options) {
  for (const Json& input : inputs) {
    options->inputs.push_back(input.at("path").get<std::string>());
    options->input_names.push_back(input.at("name").get<std::string>());
    options->input_dates.push_back(input.value("date", ""));
    ByteRange range;
    if (const auto bytes = input.find("bytes"); bytes != input.end()) {
      range = {bytes->at(0).get<uint64_t>(), bytes->at(1).get<uint64_t>()};
    }
    options->input_ranges.push_back(range);
  }
}

Result<ObservedNode> ReadObserved(const Json& parts) {
  ObservedNode observed;
  for (const Json& part : parts) {
    VARVE_ASSIGN_OR_RETURN(const ObservedNode node, ObservedFromJson(part.dump()));
    observed.Merge(node);
  }
  return observed;
}

Result<ConvertOptions> ReadTask(const Json& task) {
  VARVE_ASSIGN_OR_RETURN(ConvertOptions options, ReadConversion(KeysOf(task.at("convert"))));
  if (const Json& schema = task.at("schema"); !schema.is_null()) {
    VARVE_ASSIGN_OR_RETURN(options.schema, SchemaFromJson(schema.dump()));
  }
  const bool pinned = task.value("pinned", false) && options.schema.has_value();
  if (pinned && options.mode == SchemaMode::kEvolve) options.mode = SchemaMode::kStrict;
  if (const Json& observed = task.at("observed"); !observed.is_null()) {
    VARVE_ASSIGN_OR_RETURN(options.observed, ReadObserved(observed));
  }
  ReadInputs(task.at("inputs"), &options);
  options.output = task.at("output").get<std::string>();
  options.batch = task.value("batch", "");
  options.threads = task.value("threads", 0);
  options.all_may_fail = true;
  options.one_pass = true;
  return options;
}

Result<ConvertOptions> ParseTask(const std::string& text) {
  try {
    return ReadTask(Json::parse(text));
  } catch (const Json::exception& e) {
    return Error{Code::kInvalidArgument, std::string("not a task: ") + e.what()};
  }
}

Result<Json> DescribeFile(const std::string& root, const std::string& path) {
  VARVE_ASSIGN_OR_RETURN(const FileHash hash, HashFile(path));
  const std::filesystem::path name = std::filesystem::path(path).lexically_relative(root);
  return Json{{"name", name.generic_string()}, {"bytes", hash.size_bytes}, {"hash", hash.xxh3_128}};
}

Result<Json> DescribeFiles(const ConvertOptions& options, const ConvertSummary& summary) {
  Json files = {{"outputs", Json::array()}, {"quarantine", Json::array()}};
  for (const OutputFile& output : summary.outputs) {
    VARVE_ASSIGN_OR_RETURN(Json file, DescribeFile(options.output, output.path));
    file["rows"] = output.rows;
    files["outputs"].push_back(std::move(file));
  }
  for (const std::string& path : summary.quarantine) {
    VARVE_ASSIGN_OR_RETURN(Json file, DescribeFile(options.output, path));
    files["quarantine"].push_back(std::move(file));
  }
  return files;
}

Json DescribeInputs(const ConvertSummary& summary) {
  Json inputs = Json::array();
  for (const InputOutcome& input : summary.inputs) {
    const std::string error = input.error.empty() ? "" : input.error_code + ": " + input.error;
    inputs.push_back(
        {{"counts", {input.lines, input.rows, input.quarantined, input.blank}}, {"error", error}});
  }
  return inputs;
}

// Without inputs: only the schema on which those agree who observed what the task holds.
Result<ConvertSummary> Perform(const ConvertOptions& options, const std::atomic<bool>* cancel) {
  if (!options.inputs.empty()) return Convert(options, nullptr, cancel);
  ConvertSummary summary;
  if (options.observed.has_value()) summary.observed = *options.observed;
  return summary;
}

Result<std::string> RunTask(const std::string& text, const std::atomic<bool>* cancel) {
  VARVE_ASSIGN_OR_RETURN(const ConvertOptions options, ParseTask(text));
  VARVE_ASSIGN_OR_RETURN(const ConvertSummary summary, Perform(options, cancel));
  VARVE_ASSIGN_OR_RETURN(const Schema schema, SchemaOf(options, summary.observed));
  VARVE_ASSIGN_OR_RETURN(Json result, DescribeFiles(options, summary));
  result["inputs"] = DescribeInputs(summary);
  result["complete"] = !summary.contradicted;
  result["schema"] = SchemaToJson(schema);
  result["observed"] = Json::parse(ObservedToJson(summary.observed));
  return result.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int Run(const std::atomic<bool>* cancel) {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const Result<std::string> result = RunTask(text, cancel);
  return result.ok() ? PrintResult(*result) : Fail(result.error());
}

}  // namespace

Command AddTask(CLI::App& parent, const std::atomic<bool>* cancel) {
  CLI::App* app = parent.add_subcommand("task", "Convert one part of a dataset, told as JSON");
  app->group("");
  return {app, [cancel] { return Run(cancel); }};
}

}  // namespace varve::cli
