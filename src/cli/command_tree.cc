#include "cli/command_tree.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "cli/settings.h"

namespace varve::cli {
namespace {

using Cancel = const std::atomic<bool>*;

struct CommandEntry {
  std::string_view name;  // empty: it tells of the others, so that it is not for it alone
  CommandList (*add)(CLI::App& root, Cancel cancel);
};

// In the order of the help text.
constexpr CommandEntry kEntries[] = {
    {"run", [](CLI::App& root, Cancel stop) { return CommandList{AddRun(root, stop)}; }},
    {"convert", [](CLI::App& root, Cancel stop) { return CommandList{AddConvert(root, stop)}; }},
    {"plan", [](CLI::App& root, Cancel) { return CommandList{AddPlan(root)}; }},
    {"status", [](CLI::App& root, Cancel) { return CommandList{AddStatus(root)}; }},
    {"files", [](CLI::App& root, Cancel) { return CommandList{AddFiles(root)}; }},
    {"batches", [](CLI::App& root, Cancel) { return CommandList{AddBatches(root)}; }},
    {"explain", [](CLI::App& root, Cancel) { return CommandList{AddExplain(root)}; }},
    {"retry", [](CLI::App& root, Cancel) { return CommandList{AddRetry(root)}; }},
    {"reprocess", [](CLI::App& root, Cancel) { return CommandList{AddReprocess(root)}; }},
    {"dlq", [](CLI::App& root, Cancel) { return AddDlq(root); }},
    {"reconcile", [](CLI::App& root, Cancel) { return CommandList{AddReconcile(root)}; }},
    {"verify", [](CLI::App& root, Cancel) { return CommandList{AddVerify(root)}; }},
    {"lambda", [](CLI::App& root, Cancel) { return CommandList{AddLambda(root)}; }},
    {"schema", [](CLI::App& root, Cancel stop) { return AddSchema(root, stop); }},
    {"inspect", [](CLI::App& root, Cancel) { return CommandList{AddInspect(root)}; }},
    {"", [](CLI::App& root, Cancel) { return CommandList{AddCompletion(root, root)}; }},
    {"version", [](CLI::App& root, Cancel) { return CommandList{AddVersion(root)}; }},
    {"", [](CLI::App& root, Cancel) { return CommandList{AddHelp(root, root)}; }},
    {"", [](CLI::App& root, Cancel) { return CommandList{AddMan(root, root)}; }},
    {"task", [](CLI::App& root, Cancel stop) { return CommandList{AddTask(root, stop)}; }},
    {"metrics", [](CLI::App& root, Cancel) { return CommandList{AddMetrics(root)}; }},
};

// The entry that is enough; null: all of them are needed.
const CommandEntry* OnlyEntry(int argc, const char* const* argv) {
  // A configuration file is checked to the end, with the sections of other commands.
  if (argc < 2 || *argv[1] == '\0' || MayReadFile(argc, argv)) return nullptr;
  const auto found = std::find_if(std::begin(kEntries), std::end(kEntries),
                                  [&](const CommandEntry& entry) { return entry.name == argv[1]; });
  return found == std::end(kEntries) ? nullptr : found;
}

}  // namespace

CommandList AddCommands(CLI::App& root, int argc, const char* const* argv, Cancel cancel) {
  const CommandEntry* const only = OnlyEntry(argc, argv);
  if (only != nullptr) return only->add(root, cancel);
  CommandList commands;
  for (const CommandEntry& entry : kEntries) {
    CommandList more = entry.add(root, cancel);
    std::move(more.begin(), more.end(), std::back_inserter(commands));
  }
  return commands;
}

}  // namespace varve::cli
