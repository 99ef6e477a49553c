// varve lambda: a function of the pipeline on AWS, on Lambda's own runtime API.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/lambda_place.h"
#include "cli/output.h"
#include "cli/run_log.h"
#include "lambda/runtime_api.h"

namespace varve::cli {
namespace {

constexpr const char* kLambdaDescription =
    "Serve one of the pipeline's functions on AWS Lambda\n\n"
    "What the bootstrap of the deployed package runs. The function is the one that _HANDLER names, "
    "if it is not given: manifest-builder, sweeper, begin, convert, commit or fail. Everything "
    "else "
    "is said by environment variables (docs/internals/aws.md).";

constexpr const char* kLambdaExamples =
    "# under AWS's runtime interface emulator\n"
    "aws-lambda-rie ./varve lambda manifest-builder";

struct FunctionEntry {
  std::string_view name;
  lambda::Function (*make)(lambda::FunctionContext&);
  // Whether it is told all that an operator's command needs, and tells it to the table.
  bool remembers = false;
};

constexpr std::array<FunctionEntry, 6> kFunctions = {
    {{"manifest-builder", lambda::ManifestBuilderFunction},
     {"sweeper", lambda::SweeperFunction, true},
     {"begin", lambda::BeginFunction},
     {"convert", lambda::ConvertFunction},
     {"commit", lambda::CommitFunction},
     {"fail", lambda::FailFunction}}};

Result<const FunctionEntry*> FindFunction(const std::string& name) {
  std::string known;
  for (const FunctionEntry& function : kFunctions) {
    if (function.name == name) return &function;
    known += (known.empty() ? "" : ", ") + std::string(function.name);
  }
  return Error{Code::kInvalidArgument, "\"" + name + "\" is no function; there are " + known};
}

Error ServeFunction(const std::string& given) {
  const auto handler = aws::ProcessEnvironment("_HANDLER");
  const auto function = FindFunction(given.empty() ? handler.value_or("") : given);
  if (!function.ok()) return function.error();
  const auto api = aws::ProcessEnvironment("AWS_LAMBDA_RUNTIME_API");
  if (!api) {
    return Error{Code::kInvalidArgument,
                 "AWS_LAMBDA_RUNTIME_API is not set: this runs on AWS Lambda, or under its runtime "
                 "interface emulator"};
  }
  const std::unique_ptr<Log> log = OpenRunLog(LogFormat::kJson, LogLevel::kInfo);
  auto place = LambdaPlace::Open(aws::ProcessEnvironment, *log);
  if (!place.ok()) return std::move(place).error();
  if ((*function)->remembers) {
    if (const Status remembered = (*place)->Remember(); !remembered.ok()) {
      log->Write(LogLevel::kWarning, "settings_not_remembered",
                 {{"error", remembered.error().message}});
    }
  }
  return lambda::Serve(
      *api, (*function)->make((*place)->context()), [&] { (*place)->Flush(); }, *log);
}

}  // namespace

Command AddLambda(CLI::App& parent) {
  auto name = std::make_shared<std::string>();
  CLI::App* app = parent.add_subcommand("lambda", kLambdaDescription);
  app->footer(kLambdaExamples);
  app->add_option("function", *name, "Which function")->type_name("NAME");
  return {app, [name] { return Fail(ServeFunction(*name)); }};
}

}  // namespace varve::cli
