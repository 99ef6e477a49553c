#include "adapters/local/command_notifier.h"

#include "adapters/local/alert_json.h"
#include "adapters/local/run_command.h"

namespace varve {

Status CommandNotifier::Notify(const Alert& alert) {
  if (command_.empty()) return Error{Code::kInvalidArgument, "the alert command is empty"};
  const std::string text = AlertToJson(alert) + "\n";
  CommandSpec spec;
  spec.arguments = command_;
  spec.input = text;
  spec.timeout_ms = timeout_ms_;
  VARVE_ASSIGN_OR_RETURN(const CommandEnd end, RunCommand(spec));
  if (end.failure.empty()) return Ok{};
  return Error{Code::kIo, command_.front() + " " + end.failure};
}

}  // namespace varve
