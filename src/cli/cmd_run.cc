// varve run: the pipeline.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/run_config.h"
#include "cli/run_dashboard.h"
#include "cli/run_log.h"
#include "cli/run_service.h"
#include "cli/terminal_text.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

constexpr const char* kRunDescription =
    "Convert files as they arrive\n\n"
    "Watches the input, gathers files into batches, converts each batch, and makes its rows "
    "visible in the output at once or not at all. What it knows is kept in its state, so that it "
    "may be "
    "killed at any moment and goes on where it was. Several processes may run on the same state. "
    "Input and output are directories or in S3, state is in a directory or in DynamoDB, in any mix "
    "but a directory as input with state in DynamoDB.";

constexpr const char* kRunExamples =
    "# watch a directory until Ctrl-C; state is kept in lake/_varve\n"
    "varve run incoming/ lake/\n"
    "\n"
    "# drain what is there and exit, from cron\n"
    "varve run incoming/ lake/ --once\n"
    "\n"
    "# from bucket to bucket; with --queue-url instead of a listing every 5 minutes\n"
    "varve run s3://incoming/events/ s3://lake/events/ --state /var/lib/varve\n"
    "varve run s3://incoming/events/ s3://lake/events/ --state dynamodb://varve --once\n"
    "\n"
    "# several pipelines, as varve.toml describes them\n"
    "varve run --config varve.toml --check\n"
    "varve run --config varve.toml --log json\n"
    "\n"
    "# rows visible as soon as possible\n"
    "varve run incoming/ lake/ --max-wait 0";

constexpr const char* kDefaultListen = "127.0.0.1:9464";
constexpr const char* kDefaultFile = "varve.toml";

struct RunCommand {
  std::string input;
  std::string output;
  PipelineValues values;
  std::string config;
  bool check = false;
  bool json = false;
  bool no_dashboard = false;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  RunSettings settings;
};

void AddProcessFlags(CLI::App& app, RunCommand* command) {
  const std::string group = "Process";
  app.add_flag("--once", command->settings.once, "Drain what is there, then exit")->group(group);
  app.add_flag("--check", command->check,
               "Check the configuration, print it with all defaults, and exit")
      ->group(group);
  app.add_option("--state", command->settings.state,
                 "Keep state here, in a directory or in a table of DynamoDB [_varve in the output, "
                 "when that is a directory and there is one pipeline]")
      ->take_last()
      ->type_name("DIR|dynamodb://TABLE")
      ->group(group);
  AddParsed(app, "--concurrency", &command->settings.batches_max,
            [](const std::string& text) -> Result<uint32_t> {
              VARVE_ASSIGN_OR_RETURN(const uint64_t count, ParseCount(text, 1, 256));
              return static_cast<uint32_t>(count);
            })
      ->description("Batches of each pipeline that are converted at a time [2]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--memory", &command->settings.memory_bytes, ParseSize)
      ->description("Memory budget of the whole process [1GiB]")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--stop-timeout", &command->settings.stop_timeout_us, ParseDuration)
      ->description(
          "On SIGTERM or Ctrl-C, how long running batches may take to end before they are handed "
          "back [20s]")
      ->type_name("DURATION")
      ->group(group);
}

void AddMonitoringFlags(CLI::App& app, RunCommand* command) {
  const std::string group = "Reporting";
  app.add_option_function<std::string>("--listen",
                                       [command](const std::string& address) {
                                         command->settings.listen = address;
                                         command->settings.listen_given = true;
                                       })
      ->take_last()
      ->description(
          "Answer the dashboard, /metrics, /healthz and /readyz here [127.0.0.1:9464; with --once "
          "none]")
      ->type_name("HOST:PORT|none")
      ->group(group);
  app.add_flag("--no-dashboard", command->no_dashboard, "Answer monitoring only")->group(group);
  app.add_option(
         "--dashboard-token", command->settings.dashboard_token,
         "What people must know to open the dashboard; needed when it does not listen on "
         "loopback. Better set as VARVE_DASHBOARD_TOKEN or in the configuration file, where "
         "other users of the machine cannot see it")
      ->take_last()
      ->type_name("TEXT")
      ->group(group);
  app.add_option("--dashboard-host", command->settings.dashboard_hosts,
                 "A further name that people reach the server by, such as that of a proxy "
                 "(repeatable)")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->group(group);
  AddParsed(app, "--log", &command->log_format,
            [](const std::string& text) -> Result<LogFormat> {
              if (text == "text") return LogFormat::kText;
              if (text == "json") return LogFormat::kJson;
              return Error{Code::kInvalidArgument, "\"" + text + "\" is not one of text, json"};
            })
      ->description("Form of the log on stderr [text]")
      ->type_name("text|json")
      ->group(group);
  AddParsed(app, "--log-level", &command->log_level,
            [](const std::string& text) -> Result<LogLevel> {
              for (const LogLevel level :
                   {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
                if (text == LogLevelName(level)) return level;
              }
              return Error{Code::kInvalidArgument,
                           "\"" + text + "\" is not one of debug, info, warning, error"};
            })
      ->description("Least level that is logged [info]")
      ->type_name("debug|info|warning|error")
      ->group(group);
  app.add_flag("--json", command->json,
               "With --once: end with one JSON line per pipeline on stdout")
      ->group(group);
}

// The keys of [[pipeline]] as flags. They describe the one pipeline of IN OUT, so they are no
// settings: a file has its tables for them.
void AddPipelineFlags(CLI::App& app, RunCommand* command) {
  for (const PipelineKey& key : PipelineKeys()) {
    if (key.name == "input" || key.name == "output") continue;
    const std::string name(key.name);
    std::string help(key.help);
    if (!key.otherwise.empty() && key.kind != KeyKind::kList) {
      help += " [" + std::string(key.otherwise) + "]";
    }
    if (key.kind == KeyKind::kList) help += " (repeatable)";
    CLI::Option* option = app.add_option_function<std::vector<std::string>>(
        "--" + name, [command, name](const std::vector<std::string>& values) {
          command->values[name] = values;
        });
    if (key.kind == KeyKind::kList) {
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      option->expected(1)->take_last();
    }
    option->allow_extra_args(false)
        ->configurable(false)
        ->description(help)
        ->type_name(std::string(key.type))
        ->group("The pipeline of IN OUT");
  }
}

Result<RunConfig> FromPlaces(const RunCommand& command) {
  if (command.output.empty()) {
    return Error{Code::kInvalidArgument,
                 "name two directories or S3 URLs, IN and OUT, or none and a --config FILE"};
  }
  PipelineValues values = command.values;
  values["input"] = {command.input};
  values["output"] = {command.output};
  Result<RunConfig> config = MakeRunConfig(std::move(values));
  if (!config.ok()) config.error().message.insert(0, "--");
  return config;
}

Result<RunConfig> FromFile(const RunCommand& command) {
  if (!command.values.empty()) {
    return Error{Code::kInvalidArgument, "--" + command.values.begin()->first +
                                             " describes the pipeline of IN OUT; in a "
                                             "configuration file it is a key of [[pipeline]]"};
  }
  std::string path = command.config;
  if (const char* variable = std::getenv("VARVE_CONFIG"); path.empty() && variable != nullptr) {
    path = variable;
  }
  std::error_code ignored;
  if (path.empty() && std::filesystem::is_regular_file(kDefaultFile, ignored)) path = kDefaultFile;
  if (path.empty()) {
    return Error{Code::kInvalidArgument,
                 "nothing to run; name two directories or S3 URLs, IN and OUT, or a --config FILE"};
  }
  VARVE_ASSIGN_OR_RETURN(RunConfig config, LoadRunConfig(path));
  if (config.pipelines.empty()) {
    return Error{Code::kInvalidArgument, path + ": there is no [[pipeline]] in it"};
  }
  return config;
}

std::string EffectiveToml(const RunConfig& config, const RunSettings& settings) {
  std::string text = fmt::format(
      "[run]\nstate = {}\nconcurrency = {}\nmemory = \"{}\"\nstop-timeout = \"{}\"\n"
      "listen = \"{}\"\n"
      "no-dashboard = {}\n",
      Json(settings.state).dump(-1, ' ', false, Json::error_handler_t::replace),  // TOML, too
      settings.batches_max, FormatSize(settings.memory_bytes),
      FormatDuration(settings.stop_timeout_us), settings.listen, !settings.dashboard);
  if (!settings.dashboard_token.empty()) text += "# dashboard-token is set\n";
  if (!settings.dashboard_hosts.empty()) {
    text += "dashboard-host = " + Json(settings.dashboard_hosts).dump() + "\n";
  }
  for (const ConfiguredPipeline& pipeline : config.pipelines) {
    text += "\n" + PipelineToToml(pipeline.values);
  }
  return text;
}

std::string ReportText(const PipelineRunReport& report) {
  const RowAccounting& lines = report.accounting;
  std::string text =
      fmt::format("Pipeline {}: {} in {}\n  lines       {} = {} rows + {} quarantined + {} blank\n",
                  report.name, Plural(report.files, "file"), BatchCount(report.batches),
                  WithThousands(lines.lines), WithThousands(lines.rows),
                  WithThousands(lines.quarantined), WithThousands(lines.blank));
  if (report.files_failed > 0) {
    text += fmt::format("  failed      {}; see `varve files --status failed`\n",
                        Plural(report.files_failed, "file"));
  }
  if (report.files_waiting > 0) {
    text += fmt::format("  waiting     {}\n", Plural(report.files_waiting, "file"));
  }
  return text;
}

std::string ReportJson(const PipelineRunReport& report) {
  return JsonLineOf({{"pipeline", report.name},
                     {"batches", report.batches},
                     {"files", report.files},
                     {"files_failed", report.files_failed},
                     {"files_waiting", report.files_waiting},
                     {"lines", report.accounting.lines},
                     {"rows", report.accounting.rows},
                     {"quarantined", report.accounting.quarantined},
                     {"blank", report.accounting.blank}});
}

int Report(const RunCommand& command, const std::vector<PipelineRunReport>& reports,
           bool interrupted) {
  bool partial = false;
  for (const PipelineRunReport& report : reports) {
    partial = partial || report.files_failed > 0 || report.accounting.quarantined > 0;
    if (!command.settings.once) continue;
    const std::string text = command.json ? ReportJson(report) : ReportText(report);
    if (const ExitCode code = PrintResult(text)) return code;
  }
  if (!command.settings.once) return kExitOk;
  if (interrupted) return kExitInterrupted;
  return partial ? kExitPartial : kExitOk;
}

int Run(RunCommand* command, const std::atomic<bool>* stop) {
  const auto config = command->input.empty() ? FromFile(*command) : FromPlaces(*command);
  if (!config.ok()) {
    if (config.error().code != Code::kInvalidArgument) return Fail(config.error());
    return FailUsage(config.error().message, "varve run");
  }
  RunSettings& settings = command->settings;
  if (settings.state.empty()) {
    const auto state = DefaultStateDirectory(*config);
    if (!state.ok()) return FailUsage(state.error().message, "varve run");
    settings.state = *state;
  }
  if (!settings.listen_given) settings.listen = settings.once ? "none" : kDefaultListen;
  settings.dashboard = !command->no_dashboard;
  if (settings.listen != "none") {
    const Status allowed = dashboard::CheckWebOptions(WebOptionsOf(settings));
    if (!allowed.ok()) return FailUsage(allowed.error().message, "varve run");
  }
  if (command->check) return PrintResult(EffectiveToml(*config, settings));
  const auto log = OpenRunLog(command->log_format, command->log_level);
  const auto reports = Serve(*config, settings, *log, *stop);
  if (!reports.ok()) return Fail(reports.error());
  return Report(*command, *reports, stop->load());
}

}  // namespace

Command AddRun(CLI::App& parent, const std::atomic<bool>* stop) {
  auto command = std::make_shared<RunCommand>();
  command->settings.stop_timeout_us = 20 * kMicrosPerSecond;
  CLI::App* app = parent.add_subcommand("run", kRunDescription);
  app->footer(kRunExamples);
  app->add_option("IN", command->input, "Where files arrive: a directory or s3://BUCKET/PREFIX/")
      ->type_name("");
  app->add_option("OUT", command->output, "Where Parquet files appear, likewise")->type_name("");
  app->add_option("-c,--config", command->config,
                  "Read pipelines and settings from this file [varve.toml, if there is one]")
      ->take_last()
      ->configurable(false)
      ->type_name("FILE")
      ->group("Process");
  AddProcessFlags(*app, command.get());
  AddMonitoringFlags(*app, command.get());
  AddPipelineFlags(*app, command.get());
  return {app, [command, stop] { return Run(command.get(), stop); }};
}

}  // namespace varve::cli
