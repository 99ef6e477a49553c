// manifest-builder: from the queue's messages to tracked files, manifests and started workflows.
#include <nlohmann/json.hpp>

#include "adapters/aws/sqs/sqs_queue.h"
#include "lambda/function.h"
#include "pipeline/dispatch.h"
#include "pipeline/ingest.h"

namespace varve::lambda {
namespace {

using nlohmann::json;

constexpr int kBatchesAnEvent = 5;  // one event brings ten files; more is the backlog's

Result<std::vector<Message>> TakeEvent(FunctionContext& context, const std::string& event) {
  const json node = json::parse(event, nullptr, false);
  const auto records = node.is_object() ? node.find("Records") : node.end();
  if (records == node.end() || !records->is_array()) {
    return Error{Code::kInvalidArgument, "not an event of SQS: it has no Records"};
  }
  std::vector<Message> messages;
  for (const json& record : *records) {
    if (!record.is_object()) continue;
    Message message = aws::ParseMessage(record);
    context.on_message(message);  // by the id that it keeps as a dead letter
    // What Lambda wants told of a message that is to come again.
    message.id = record.value("messageId", message.id);
    messages.push_back(std::move(message));
  }
  return messages;
}

// What came with this event, if it is enough; else what is due of all that is pending.
Result<int> Start(FunctionContext& context, const std::vector<FileRecord>& fresh, int64_t now_us) {
  Dispatch dispatch(context.config, context.deps, context.workflow);
  VARVE_ASSIGN_OR_RETURN(const int started, dispatch.FlushFresh(fresh, now_us));
  if (started > 0) return started;
  return dispatch.Flush(kBatchesAnEvent, now_us);
}

}  // namespace

Function ManifestBuilderFunction(FunctionContext& context) {
  return [&context](const Invocation& invocation) -> Result<std::string> {
    VARVE_ASSIGN_OR_RETURN(const std::vector<Message> messages,
                           TakeEvent(context, invocation.event));
    const int64_t now_us = context.deps.clock.NowUs();
    const TakenMessages taken = Ingest(context.config, context.deps).Take(messages, now_us);
    // Files are tracked; should starting fail, the sweeper starts what is due.
    const auto started = Start(context, taken.pending, now_us);
    if (!started.ok()) {
      context.deps.log.Write(
          LogLevel::kWarning, "flush_failed",
          {{"pipeline", context.config.name}, {"error", started.error().message}});
    }
    json failures = json::array();
    for (const std::string& id : taken.left) failures.push_back({{"itemIdentifier", id}});
    return json({{"batchItemFailures", std::move(failures)}}).dump();
  };
}

}  // namespace varve::lambda
