#include "adapters/aws/credentials/process_credentials.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "adapters/aws/credentials/command_words.h"
#include "adapters/aws/credentials/credentials_json.h"
#include "adapters/local/run_command.h"

namespace varve::aws {
namespace {

constexpr size_t kErrorsShown = 500;

// The end of what it wrote, on one line and without control characters.
std::string Shown(std::string_view errors) {
  errors = errors.substr(errors.size() - std::min(errors.size(), kErrorsShown));
  std::string shown(errors);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
  }
  const size_t begin = shown.find_first_not_of(' ');
  if (begin == shown.npos) return "";
  return shown.substr(begin, shown.find_last_not_of(' ') - begin + 1);
}

Status CheckVersion(const std::string& output) {
  const nlohmann::json object = nlohmann::json::parse(output, nullptr, false);
  if (!object.is_object()) return Error{Code::kCorrupt, "its output is no JSON object"};
  const auto version = object.find("Version");
  if (version != object.end() && *version == 1) return Ok{};
  return Error{Code::kCorrupt, "its output has not \"Version\": 1"};
}

}  // namespace

Result<Credentials> ProcessCredentials(const std::string& command, int64_t timeout_ms) {
  constexpr std::string_view kWhat = "credential_process";
  CommandSpec spec;
  auto words = CommandWords(command);
  if (!words.ok()) return std::move(words).error().WithContext(kWhat);
  spec.arguments = std::move(*words);
  spec.keeps_output = true;
  spec.timeout_ms = timeout_ms;
  auto end = RunCommand(spec);
  if (!end.ok()) {
    end.error().code =
        Code::kPermission;  // not "there are none", and not to be run again and again
    return std::move(end).error().WithContext(kWhat);
  }
  if (!end->failure.empty()) {
    const std::string why = Shown(end->errors);
    return Error{Code::kPermission, std::string(kWhat) + ": " + spec.arguments.front() + " " +
                                        end->failure + (why.empty() ? "" : ": " + why)};
  }
  const std::string context = std::string(kWhat) + ": " + spec.arguments.front();
  if (Status version = CheckVersion(end->output); !version.ok()) {
    return std::move(version).error().WithContext(context);
  }
  auto credentials = CredentialsFromJson(end->output);
  if (!credentials.ok()) return std::move(credentials).error().WithContext(context);
  return credentials;
}

}  // namespace varve::aws
