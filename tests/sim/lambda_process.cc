#include "sim/lambda_process.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "lambda/job_document.h"
#include "pipeline/batch_memory.h"

namespace varve::sim {

LambdaProcess::LambdaProcess(World& world, Workflow& workflow, const std::string& owner, Make make,
                             Policy policy)
    : world_(world),
      config_(world.schedule.config),
      ports_(world, owner,
             [this, policy = std::move(policy)](uint64_t, std::string_view call) {
               return policy(*this, call);
             }),
      workflow_(workflow, ports_.plan()),
      deps_(ports_.MakeDeps()),
      context_(MakeContext()) {
  config_.owner = owner;
  function_ = make != nullptr ? make(context_) : [this](const lambda::Invocation& invocation) {
    return Convert(invocation.event);
  };
}

lambda::FunctionContext LambdaProcess::MakeContext() {
  return {config_, deps_, workflow_, {}, nullptr, 0, [](const Message&) {}, ""};
}

Result<std::string> LambdaProcess::Answer(const std::string& event, int64_t timeout_us) {
  deadline_us_ = world_.now() + timeout_us;
  return function_({"", world_.clock.NowUs() + timeout_us, event});
}

// As the program's own does it, but for the engine.
Result<std::string> LambdaProcess::Convert(const std::string& event) {
  const std::string job = nlohmann::json::parse(event).at("job").get<std::string>();
  VARVE_ASSIGN_OR_RETURN(const std::string text,
                         deps_.output.Get(lambda::DocumentKey(job), uint64_t{1} << 20));
  VARVE_ASSIGN_OR_RETURN(const lambda::JobDocument document, lambda::JobDocumentFromJson(text));
  JobResult result;
  VARVE_RETURN_IF_ERROR(ports_.engine().Convert(job, document.manifest, &result));
  const auto put =
      deps_.output.Put(lambda::ResultKey(job), EncodeResult(result), PutCondition::kAlways);
  if (!put.ok()) return put.error();
  return std::string("{}");
}

}  // namespace varve::sim
