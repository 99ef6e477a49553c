// The commands of `varve`. Each Add* puts one subcommand under `parent` and returns what runs it;
// the caller runs the one that was parsed and exits with its code.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <vector>

namespace varve::cli {

struct Command {
  CLI::App* app = nullptr;
  std::function<int()> run;
};

using CommandList = std::vector<Command>;

Command AddConvert(CLI::App& parent, const std::atomic<bool>* cancel);
Command AddRun(CLI::App& parent, const std::atomic<bool>* stop);
CommandList AddSchema(CLI::App& parent, const std::atomic<bool>* cancel);
CommandList AddSchemaLedger(CLI::App& schema);  // show, diff, pin
Command AddPlan(CLI::App& parent);
Command AddStatus(CLI::App& parent);
Command AddFiles(CLI::App& parent);
Command AddBatches(CLI::App& parent);
Command AddExplain(CLI::App& parent);
Command AddRetry(CLI::App& parent);
Command AddReprocess(CLI::App& parent);
CommandList AddDlq(CLI::App& parent);  // list, show, redrive
Command AddReconcile(CLI::App& parent);
Command AddLambda(CLI::App& parent);
Command AddVerify(CLI::App& parent);
Command AddInspect(CLI::App& parent);
Command AddVersion(CLI::App& parent);
Command AddHelp(CLI::App& parent, const CLI::App& root);
Command AddCompletion(CLI::App& parent, const CLI::App& root);
Command AddMan(CLI::App& parent, const CLI::App& root);              // hidden; the build calls it
Command AddTask(CLI::App& parent, const std::atomic<bool>* cancel);  // hidden; for machines
Command AddMetrics(CLI::App& parent);  // hidden; docs/reference/metrics.md is checked against it

}  // namespace varve::cli
