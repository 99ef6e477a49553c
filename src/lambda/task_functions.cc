// begin, commit, fail: the tasks of the state machine that move a batch on.
#include <nlohmann/json.hpp>

#include "lambda/function.h"
#include "lambda/job_document.h"
#include "model/names.h"
#include "pipeline/batch_memory.h"
#include "pipeline/batch_tasks.h"

namespace varve::lambda {
namespace {

using nlohmann::json;

constexpr uint64_t kResultBytesMax = uint64_t{64} << 20;

Result<json> ParseTask(const std::string& event) {
  json node = json::parse(event, nullptr, false);
  const auto is_text = [&](const char* key) { return node.contains(key) && node[key].is_string(); };
  if (node.is_object() && is_text("batch") && is_text("owner")) return node;
  return Error{Code::kInvalidArgument, "the event has no batch and owner"};
}

BatchTask TaskOf(const json& event) {
  return {event["batch"].get<std::string>(), event["owner"].get<std::string>()};
}

Result<std::string> Begin(FunctionContext& context, const Invocation& invocation) {
  VARVE_ASSIGN_OR_RETURN(json event, ParseTask(invocation.event));
  BatchTasks tasks(context.config, context.deps, TaskOf(event));
  VARVE_ASSIGN_OR_RETURN(BegunBatch begun, tasks.Begin(context.deps.clock.NowUs()));
  const std::string bucket = "s3://" + context.deps.output.bucket() + "/";
  uint64_t bytes = 0;
  for (const ManifestFile& file : begun.manifest.files) bytes += file.size_bytes;
  const bool is_large = context.glue_above_bytes != 0 && bytes > context.glue_above_bytes;
  event["job"] = begun.job;
  event["bytes"] = bytes;
  event["engine"] = begun.converted ? "none" : is_large ? "glue" : "lambda";
  event["document"] = bucket + DocumentKey(begun.job);
  event["staging"] = bucket + StagingPrefix(begun.job);
  if (!begun.converted) {
    JobDocument document;
    document.job = begun.job;
    document.manifest = std::move(begun.manifest);
    document.schema = std::move(begun.schema);
    document.conversion = context.conversion;
    document.output = bucket + context.config.output_prefix;
    document.staging = bucket + StagingPrefix(begun.job);
    const auto put = context.deps.output.Put(DocumentKey(begun.job), JobDocumentToJson(document),
                                             PutCondition::kAlways);
    if (!put.ok()) return put.error();
  }
  return event.dump();
}

Result<std::string> Commit(FunctionContext& context, const Invocation& invocation) {
  VARVE_ASSIGN_OR_RETURN(const json event, ParseTask(invocation.event));
  const std::string job = event.value("job", "");
  JobResult result;
  if (event.value("engine", "") != "none") {
    auto text = context.deps.output.Get(ResultKey(job), kResultBytesMax);
    // Of a repeated commit the staging may be cleared: then nothing is asked of it.
    if (!text.ok() && text.error().code != Code::kNotFound) return std::move(text).error();
    if (text.ok()) {
      VARVE_ASSIGN_OR_RETURN(result, DecodeResult(*text));
    }
  }
  BatchTasks tasks(context.config, context.deps, TaskOf(event));
  VARVE_RETURN_IF_ERROR(tasks.Commit(job, result, context.deps.clock.NowUs()));
  return json({{"batch", event["batch"]}, {"status", "completed"}}).dump();
}

// "<code>: <message>" of {"Error": …, "Cause": …}, where Error is varve's code or another's name,
// and Cause, of a function of ours, is JSON.
std::string ErrorText(const json& event) {
  const json error = event.value("error", json::object());
  const std::string name = error.value("Error", "unknown");
  std::string cause = error.value("Cause", "");
  const json inner = json::parse(cause, nullptr, false);
  if (inner.is_object() && inner.contains("errorMessage")) cause = inner.value("errorMessage", "");
  const bool is_code = name.find('.') == name.npos;
  return is_code ? name + ": " + cause : "internal: " + name + ": " + cause;
}

Result<std::string> Fail(FunctionContext& context, const Invocation& invocation) {
  VARVE_ASSIGN_OR_RETURN(const json event, ParseTask(invocation.event));
  const std::string error = ErrorText(event);
  BatchTasks tasks(context.config, context.deps, TaskOf(event));
  VARVE_RETURN_IF_ERROR(tasks.Fail(error, context.deps.clock.NowUs()));
  return json({{"batch", event["batch"]}, {"status", "failed"}, {"error", error}})
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Function BeginFunction(FunctionContext& context) {
  return [&context](const Invocation& invocation) { return Begin(context, invocation); };
}

Function CommitFunction(FunctionContext& context) {
  return [&context](const Invocation& invocation) { return Commit(context, invocation); };
}

Function FailFunction(FunctionContext& context) {
  return [&context](const Invocation& invocation) { return Fail(context, invocation); };
}

}  // namespace varve::lambda
