#include "cli/run_config.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "cli/settings.h"
#include "cli/suggest.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace varve::cli {
namespace {

namespace fs = std::filesystem;

// As everywhere on the command line: from the working directory.
std::string Absolute(const std::string& path) {
  if (path.empty() || IsInS3(path)) return path;
  return fs::absolute(path).lexically_normal().string();
}

std::string UnknownKey(const std::string& name) {
  std::vector<std::string> accepted;
  for (const PipelineKey& key : PipelineKeys()) accepted.emplace_back(key.name);
  std::string message = "key \"" + name + "\" is not known in [[pipeline]]";
  if (const std::string near = Suggest(WithHyphens(name), accepted); !near.empty()) {
    return message + "; did you mean \"" + near + "\"?";
  }
  message += "; accepted: ";
  for (const std::string& key : accepted) message += (key == accepted[0] ? "" : ", ") + key;
  return message;
}

std::optional<std::string> Scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

class ConfigFile {
 public:
  explicit ConfigFile(std::string path) : path_(std::move(path)) {}

  Result<RunConfig> Load() {
    std::error_code ignored;
    if (!fs::is_regular_file(path_, ignored)) {
      return Error{Code::kNotFound, "configuration file " + path_ + " is not there or not a file"};
    }
    return Read(toml::parse_file(path_));
  }

  Result<RunConfig> Read(toml::parse_result parsed) const {
    if (!parsed) {
      const auto& error = parsed.error();
      return At(error.source(), "not valid TOML: " + std::string(error.description()));
    }
    RunConfig config;
    if (const auto* state = parsed.table()["run"]["state"].as_string(); state != nullptr) {
      config.state = IsTableUrl(state->get()) ? state->get() : Absolute(state->get());
    }
    const toml::node* const pipelines = parsed.table().get("pipeline");
    if (pipelines == nullptr) return config;
    if (!pipelines->is_array_of_tables()) {
      return At(pipelines->source(), "\"pipeline\" must be one or more [[pipeline]] tables");
    }
    for (const toml::node& table : *pipelines->as_array()) {
      VARVE_ASSIGN_OR_RETURN(ConfiguredPipeline pipeline, ReadPipeline(*table.as_table()));
      VARVE_RETURN_IF_ERROR(CheckApart(config.pipelines, pipeline.options, table.source()));
      config.pipelines.push_back(std::move(pipeline));
    }
    return config;
  }

 private:
  Error At(const toml::source_region& source, const std::string& message) const {
    return {Code::kInvalidArgument, path_ + ":" + std::to_string(source.begin.line) + ":" +
                                        std::to_string(source.begin.column) + ": " + message};
  }

  Result<ConfiguredPipeline> ReadPipeline(const toml::table& table) const {
    ConfiguredPipeline pipeline;
    std::map<std::string, toml::source_region, std::less<>> places;
    for (const auto& [written, node] : table) {
      const PipelineKey* const key = FindPipelineKey(WithHyphens(written.str()));
      if (key == nullptr) return At(written.source(), UnknownKey(std::string(written.str())));
      const std::string name(key->name);
      if (!places.emplace(name, node.source()).second) {
        return At(written.source(), "key \"" + name + "\" is given twice");
      }
      VARVE_ASSIGN_OR_RETURN(pipeline.values[name], ValuesOf(node, *key));
    }
    Result<PipelineOptions> made = MakePipeline(pipeline.values);
    if (!made.ok()) {
      const std::string& message = made.error().message;
      const auto place = places.find(std::string_view(message).substr(0, message.find(':')));
      return At(place == places.end() ? table.source() : place->second, message);
    }
    pipeline.options = std::move(made).value();
    return pipeline;
  }

  Result<std::vector<std::string>> ValuesOf(const toml::node& node, const PipelineKey& key) const {
    const std::string name(key.name);
    std::vector<std::string> values;
    if (const toml::array* const list = node.as_array();
        list != nullptr && key.kind == KeyKind::kList) {
      for (const toml::node& element : *list) {
        const auto value = Scalar(element);
        if (!value) return At(element.source(), name + ": must be a list of strings");
        values.push_back(*value);
      }
      return values;
    }
    const auto value = Scalar(node);
    if (!value) {
      return At(node.source(),
                name + ": must be " +
                    (key.kind == KeyKind::kList ? "a list of strings"
                                                : "a single value, " + std::string(key.type)));
    }
    values.push_back(key.is_path ? Absolute(*value) : *value);
    return values;
  }

  // What two pipelines wrote to one place would be mixed up by name.
  Status CheckApart(const std::vector<ConfiguredPipeline>& others, const PipelineOptions& options,
                    const toml::source_region& source) const {
    for (const ConfiguredPipeline& other : others) {
      if (other.options.name() == options.name()) {
        return At(source, "name: two pipelines are called \"" + options.name() +
                              "\"; give each a name of its own");
      }
      for (const std::string* place : {&other.options.output, &other.options.input}) {
        if (Overlap(*place, options.output) ||
            (place == &other.options.output && Overlap(*place, options.input))) {
          return At(source, "output: pipelines \"" + other.options.name() + "\" and \"" +
                                options.name() + "\" would write into each other's directories (" +
                                *place + "); choose separate ones");
        }
      }
    }
    return Ok{};
  }

  static bool Overlap(const fs::path& a, const fs::path& b) {
    const auto contains = [](const fs::path& outer, const fs::path& inner) {
      const fs::path relative = inner.lexically_relative(outer);
      return !relative.empty() && *relative.begin() != "..";
    };
    return contains(a, b) || contains(b, a);
  }

  const std::string path_;
};

}  // namespace

Result<RunConfig> LoadRunConfig(const std::string& path) { return ConfigFile(path).Load(); }

Result<RunConfig> ReadRunConfig(const std::string& name, std::string_view text) {
  return ConfigFile(name).Read(toml::parse(text));
}

bool IsTableUrl(std::string_view place) { return place.starts_with(kTableScheme); }

Result<RunConfig> MakeRunConfig(PipelineValues values) {
  for (const PipelineKey& key : PipelineKeys()) {
    const auto given = values.find(key.name);
    if (!key.is_path || given == values.end()) continue;
    given->second.front() = Absolute(given->second.front());
  }
  RunConfig config;
  ConfiguredPipeline pipeline;
  VARVE_ASSIGN_OR_RETURN(pipeline.options, MakePipeline(values));
  pipeline.values = std::move(values);
  config.pipelines.push_back(std::move(pipeline));
  return config;
}

Result<std::string> DefaultStateDirectory(const RunConfig& config) {
  if (config.pipelines.size() == 1) {
    const std::string& output = config.pipelines.front().options.output;
    if (!IsInS3(output)) return output + "/_varve";
    return Error{
        Code::kInvalidArgument,
        "the output is in S3: say where to keep state, with --state DIR on this machine or "
        "--state dynamodb://TABLE"};
  }
  return Error{Code::kInvalidArgument,
               "there are several pipelines: say where to keep their state, with state = \"DIR\" "
               "in [run] or with --state DIR"};
}

}  // namespace varve::cli
