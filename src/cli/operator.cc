#include "cli/operator.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "cli/output.h"

namespace varve::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultFile = "varve.toml";

// The configuration file that is meant, if any; it must exist when it was named.
std::optional<std::string> ConfigFileOf(const OperatorFlags& flags) {
  if (!flags.config.empty()) return flags.config;
  if (const char* variable = std::getenv("VARVE_CONFIG"); variable != nullptr && *variable != 0) {
    return variable;
  }
  std::error_code ignored;
  if (fs::is_regular_file(kDefaultFile, ignored)) return kDefaultFile;
  return std::nullopt;
}

// The state itself, or that in the output directory which was named.
std::string StateIn(const std::string& directory) {
  if (IsTableUrl(directory)) return directory;
  std::error_code ignored;
  const fs::path inside = fs::path(directory) / "_varve";
  return fs::is_directory(inside / "pipelines", ignored) ? inside.string() : directory;
}

Result<std::string> FindState(const OperatorFlags& flags) {
  if (!flags.state.empty()) return StateIn(flags.state);
  const auto file = ConfigFileOf(flags);
  if (!file.has_value()) {
    return Error{
        Code::kInvalidArgument,
        "which pipeline? Add --state OUTPUT (the output directory of `varve run`), --state "
        "dynamodb://TABLE (on AWS: dynamodb://varve-NAME), or --config varve.toml"};
  }
  VARVE_ASSIGN_OR_RETURN(const RunConfig config, LoadRunConfig(*file));
  if (!config.state.empty()) return StateIn(config.state);
  VARVE_ASSIGN_OR_RETURN(const std::string state, DefaultStateDirectory(config));
  return StateIn(state);
}

std::string NamesOf(const RunConfig& config) {
  std::string names;
  for (const ConfiguredPipeline& pipeline : config.pipelines) {
    names += (names.empty() ? "" : ", ") + pipeline.options.name();
  }
  return names;
}

}  // namespace

void AddOperatorFlags(CLI::App& app, OperatorFlags* flags) {
  const std::string group = "Pipeline";
  app.add_option("--state", flags->state,
                 "The state directory of `varve run`, the output directory that holds it, or the "
                 "table that keeps it: dynamodb://TABLE; on AWS that is dynamodb://varve-NAME "
                 "(VARVE_STATE)")
      ->take_last()
      ->type_name("DIR|TABLE")
      ->group(group);
  app.add_option("-c,--config", flags->config,
                 "Find the state by this configuration file instead [varve.toml, if there is one]")
      ->take_last()
      ->configurable(false)
      ->type_name("FILE")
      ->group(group);
  app.add_option("--pipeline", flags->pipeline, "Only this pipeline")
      ->take_last()
      ->type_name("NAME")
      ->group(group);
  app.add_flag("--json", flags->json, "Print JSON, one object a line")->group("Reporting");
}

Result<std::vector<std::unique_ptr<PipelinePlace>>> OpenPlaces(const OperatorFlags& flags) {
  VARVE_ASSIGN_OR_RETURN(const std::string where, FindState(flags));
  VARVE_ASSIGN_OR_RETURN(const auto state, OpenState(where));
  // As they last ran: a file that was edited since is not what the running process does.
  VARVE_ASSIGN_OR_RETURN(const RunConfig config, state->Load());
  std::vector<std::unique_ptr<PipelinePlace>> places;
  for (const ConfiguredPipeline& pipeline : config.pipelines) {
    if (!flags.pipeline.empty() && pipeline.options.name() != flags.pipeline) continue;
    VARVE_ASSIGN_OR_RETURN(auto place, OpenPipelinePlace(state, pipeline.options));
    places.push_back(std::move(place));
  }
  if (places.empty()) {
    return Error{Code::kNotFound,
                 "no pipeline is called \"" + flags.pipeline + "\"; there is " + NamesOf(config)};
  }
  return places;
}

Result<std::unique_ptr<PipelinePlace>> OpenPlace(const OperatorFlags& flags) {
  VARVE_ASSIGN_OR_RETURN(auto places, OpenPlaces(flags));
  if (places.size() == 1) return std::move(places.front());
  std::string names;
  for (const auto& place : places) names += (names.empty() ? "" : ", ") + place->options.name();
  return Error{Code::kInvalidArgument,
               "there are several pipelines; say which with --pipeline: " + names};
}

int FailOperator(const Error& error, std::string_view command_path) {
  if (error.code != Code::kInvalidArgument) return Fail(error);
  return FailUsage(error.message, command_path);
}

int ForEachPlace(const OperatorFlags& flags, std::string_view command_path,
                 const std::function<Result<int>(PipelinePlace&)>& body) {
  const auto places = OpenPlaces(flags);
  if (!places.ok()) return FailOperator(places.error(), command_path);
  int worst = kExitOk;
  for (const auto& place : *places) {
    const Result<int> code = body(*place);
    if (!code.ok()) return FailOperator(code.error(), command_path);
    worst = std::max(worst, *code);
  }
  return worst;
}

}  // namespace varve::cli
