#include "cli/settings.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

#include "cli/app_tree.h"
#include "cli/parse_flags.h"
#include "cli/suggest.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace varve::cli {
namespace {

constexpr const char* kDefaultFile = "varve.toml";

std::optional<bool> ParseBool(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text == "1" || text == "true" || text == "yes" || text == "on") return true;
  if (text == "0" || text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

// Gives `option` its values as if they had come from the command line.
Status Assign(CLI::Option* option, const std::vector<std::string>& values) {
  try {
    for (const std::string& value : values) {
      if (!IsFlag(*option)) {
        option->add_result(value);
        continue;
      }
      const auto on = ParseBool(value);
      if (!on) {
        return Error{Code::kInvalidArgument, "--" + LongName(*option) + ": \"" + value +
                                                 "\" is not a switch; write true or false"};
      }
      if (*on) option->add_result("true");
    }
    if (option->count() > 0) option->run_callback();
  } catch (const CLI::Error& error) {
    return Error{Code::kInvalidArgument, error.what()};
  }
  return Ok{};
}

Status ApplyEnvironment(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (!IsSetting(*option) || option->count() > 0) continue;
    const std::string name = EnvironmentName(LongName(*option));
    const char* text = std::getenv(name.c_str());
    if (text == nullptr || *text == '\0') continue;
    const auto values =
        IsRepeatable(*option) ? SplitList(text) : std::vector<std::string>{std::string(text)};
    auto assigned = Assign(option, values);
    if (!assigned.ok()) {
      return std::move(assigned).error().WithContext("environment variable " + name);
    }
  }
  return Ok{};
}

// ---- varve.toml ----

class TomlFile {
 public:
  TomlFile(std::string path, const CLI::App* command) : path_(std::move(path)), command_(command) {}

  Status Apply(const CLI::App& root) {
    toml::parse_result parsed = toml::parse_file(path_);
    if (!parsed) {
      const auto& error = parsed.error();
      return At(error.source(), "not valid TOML: " + std::string(error.description()));
    }
    return ApplyTable(parsed.table(), root, "");
  }

 private:
  Error At(const toml::source_region& source, const std::string& message) const {
    return {Code::kInvalidArgument, path_ + ":" + std::to_string(source.begin.line) + ":" +
                                        std::to_string(source.begin.column) + ": " + message};
  }

  Status ApplyTable(const toml::table& table, const CLI::App& app, const std::string& section) {
    for (const auto& [key, node] : table) {
      const std::string name = WithHyphens(key.str());
      if (section.empty() && name == "pipeline") continue;  // read by run_config.h
      if (const CLI::App* child = FindSection(app, name); child != nullptr) {
        const toml::table* inner = node.as_table();
        if (inner == nullptr) return At(key.source(), "\"" + name + "\" must be a [section]");
        VARVE_RETURN_IF_ERROR(
            ApplyTable(*inner, *child, section.empty() ? name : section + "." + name));
        continue;
      }
      CLI::Option* option = FindSetting(app, name);
      if (option == nullptr) return At(key.source(), Unknown(app, name, section));
      std::vector<std::string> values;
      VARVE_ASSIGN_OR_RETURN(values, Values(node, *option, name));
      // Sections of other commands are checked for typos above, and otherwise left alone.
      if (&app != command_ || option->count() > 0) continue;
      auto assigned = Assign(option, values);
      if (!assigned.ok()) return At(node.source(), assigned.error().message);
    }
    return Ok{};
  }

  Result<std::vector<std::string>> Values(const toml::node& node, const CLI::Option& option,
                                          const std::string& name) const {
    std::vector<std::string> values;
    if (const toml::array* array = node.as_array(); array != nullptr && IsRepeatable(option)) {
      for (const toml::node& element : *array) {
        auto value = Scalar(element);
        if (!value) return At(element.source(), "key \"" + name + "\" must be a list of strings");
        values.push_back(std::move(*value));
      }
      return values;
    }
    auto value = Scalar(node);
    if (!value) {
      return At(node.source(), "key \"" + name + "\" must be a single value, like " + name +
                                   (IsFlag(option) ? " = true" : " = \"...\""));
    }
    values.push_back(std::move(*value));
    return values;
  }

  static std::optional<std::string> Scalar(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
    if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    return std::nullopt;
  }

  static const CLI::App* FindSection(const CLI::App& app, const std::string& name) {
    for (const CLI::App* child : VisibleCommands(app)) {
      if (child->get_name() == name && HasSettings(*child)) return child;
    }
    return nullptr;
  }

  static CLI::Option* FindSetting(const CLI::App& app, const std::string& name) {
    // The tree is only read here; the option is written to when `app` is the command at hand.
    for (const CLI::Option* option : app.get_options()) {
      if (IsSetting(*option) && LongName(*option) == name) return const_cast<CLI::Option*>(option);
    }
    return nullptr;
  }

  static std::string Unknown(const CLI::App& app, const std::string& name,
                             const std::string& section) {
    std::vector<std::string> accepted;
    for (const CLI::App* child : VisibleCommands(app)) {
      if (HasSettings(*child)) accepted.push_back(child->get_name());
    }
    for (const CLI::Option* option : app.get_options()) {
      if (IsSetting(*option)) accepted.push_back(LongName(*option));
    }
    const std::string where = section.empty() ? "at the top level" : "in [" + section + "]";
    std::string message = "key \"" + name + "\" is not known " + where;
    if (const std::string near = Suggest(name, accepted); !near.empty()) {
      return message + "; did you mean \"" + near + "\"?";
    }
    message += "; accepted: ";
    for (const std::string& candidate : accepted) {
      message += (&candidate == &accepted.front() ? "" : ", ") + candidate;
    }
    return message;
  }

  std::string path_;
  const CLI::App* command_;
};

Result<std::string> ConfigPath(const CLI::App& command) {
  std::string path;
  if (const CLI::Option* flag = command.get_option("--config"); flag->count() > 0) {
    path = flag->results().back();
  } else if (const char* variable = std::getenv("VARVE_CONFIG"); variable != nullptr) {
    path = variable;
  }
  std::error_code ignored;
  if (path.empty()) return std::filesystem::exists(kDefaultFile, ignored) ? kDefaultFile : path;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return Error{Code::kNotFound, "configuration file " + path +
                                      " is not there or not a file; check --config (or "
                                      "VARVE_CONFIG)"};
  }
  return path;
}

// "--config", "--config=x", "-cx", "-qc", and more than is meant, which does no harm.
bool MayNameFile(std::string_view argument) {
  return argument.starts_with("--config") ||
         (argument.starts_with('-') && !argument.starts_with("--") &&
          argument.find('c') != argument.npos);
}

}  // namespace

std::string WithHyphens(std::string_view key) {
  std::string name(key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string EnvironmentName(std::string_view flag) {
  std::string name = "VARVE_";
  for (const char c : flag) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

Status ApplySettings(const CLI::App& root, CLI::App& command) {
  if (!HasSettings(command)) return Ok{};
  VARVE_RETURN_IF_ERROR(ApplyEnvironment(command));
  std::string path;
  VARVE_ASSIGN_OR_RETURN(path, ConfigPath(command));
  if (path.empty()) return Ok{};
  return TomlFile(path, &command).Apply(root);
}

bool MayReadFile(int argc, const char* const* argv) {
  std::error_code ignored;
  return std::getenv("VARVE_CONFIG") != nullptr || std::filesystem::exists(kDefaultFile, ignored) ||
         std::any_of(argv, argv + argc, MayNameFile);
}

}  // namespace varve::cli
