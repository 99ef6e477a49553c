// varve verify: reads all outputs once more and compares them with what is recorded.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/directories.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/terminal_text.h"
#include "cli/verify_outputs.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

constexpr const char* kVerifyDescription =
    "Read all outputs once more and compare them with what is recorded\n\n"
    "Of every completed batch: each file's size and hash, the CRC of every page, its rows, and "
    "that "
    "lines = rows + quarantined + blank over the batch's files. Changes nothing; exits with 3 when "
    "something is wrong.";

constexpr const char* kVerifyExamples =
    "varve verify\n"
    "varve verify --batch 2025-01-17/batch-0001\n"
    "varve verify --json | jq .problems";

constexpr int kPageBatches = 200;

struct VerifyCommand : OperatorFlags {
  std::string batch;
};

Status VerifyAll(PipelinePlace& place, const std::string& directory, VerifyTally* tally,
                 std::vector<OutputProblem>* problems) {
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(
        BatchPage page, place.tracker->Batches(place.options.name(), {BatchState::kCompleted, ""},
                                               after, kPageBatches));
    for (const BatchRecord& batch : page.batches) {
      VARVE_RETURN_IF_ERROR(VerifyBatch(place, batch, directory, tally, problems));
    }
    after = std::move(page.next);
  } while (!after.empty());
  return Ok{};
}

Status VerifyOne(PipelinePlace& place, const std::string& id, const std::string& directory,
                 VerifyTally* tally, std::vector<OutputProblem>* problems) {
  VARVE_ASSIGN_OR_RETURN(const BatchRecord batch,
                         place.tracker->GetBatch(place.options.name(), id));
  if (batch.state != BatchState::kCompleted) {
    return Error{Code::kConflict, "batch " + Printable(id) + " is " +
                                      std::string(BatchStateName(batch.state)) +
                                      ", not completed: there is nothing to verify yet"};
  }
  return VerifyBatch(place, batch, directory, tally, problems);
}

std::string ReportText(const PipelinePlace& place, const VerifyTally& tally,
                       const std::vector<OutputProblem>& problems) {
  std::string text = fmt::format(
      "Pipeline {}: {} in {} of {} ({}) verified: {}\n", place.options.name(),
      Plural(tally.rows, "row"), Plural(tally.outputs, "file"), BatchCount(tally.batches),
      HumanBytes(tally.bytes), problems.empty() ? "all good" : Plural(problems.size(), "problem"));
  for (const OutputProblem& problem : problems) {
    text += fmt::format("  {}: {}{}{}\n", Printable(problem.batch), Printable(problem.key),
                        problem.key.empty() ? "" : ": ", Printable(problem.what));
  }
  return text;
}

Json ReportJson(const PipelinePlace& place, const VerifyTally& tally,
                const std::vector<OutputProblem>& problems) {
  Json list = Json::array();
  for (const OutputProblem& problem : problems) {
    list.push_back({{"batch", problem.batch}, {"key", problem.key}, {"what", problem.what}});
  }
  return {{"pipeline", place.options.name()},
          {"batches", tally.batches},
          {"outputs", tally.outputs},
          {"bytes", tally.bytes},
          {"rows", tally.rows},
          {"problems", std::move(list)}};
}

Result<int> Verify(const VerifyCommand& command, PipelinePlace& place) {
  VARVE_ASSIGN_OR_RETURN(const TemporaryDirectory directory,
                         TemporaryDirectory::Make("varve-verify"));
  VerifyTally tally;
  std::vector<OutputProblem> problems;
  VARVE_RETURN_IF_ERROR(command.batch.empty()
                            ? VerifyAll(place, directory.path(), &tally, &problems)
                            : VerifyOne(place, command.batch, directory.path(), &tally, &problems));
  const std::string report = command.json ? JsonLineOf(ReportJson(place, tally, problems))
                                          : ReportText(place, tally, problems);
  if (const ExitCode code = PrintResult(report)) return static_cast<int>(code);
  return static_cast<int>(problems.empty() ? kExitOk : kExitPartial);
}

}  // namespace

Command AddVerify(CLI::App& parent) {
  auto command = std::make_shared<VerifyCommand>();
  CLI::App* app = parent.add_subcommand("verify", kVerifyDescription);
  app->footer(kVerifyExamples);
  app->add_option("--batch", command->batch, "Only this batch")
      ->take_last()
      ->type_name("BATCH")
      ->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command] {
            return ForEachPlace(*command, "varve verify",
                                [&](PipelinePlace& place) { return Verify(*command, place); });
          }};
}

}  // namespace varve::cli
