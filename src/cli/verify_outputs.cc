#include "cli/verify_outputs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "adapters/local/file_hash.h"
#include "etl/parquet/footer_reader.h"
#include "etl/parquet/page_check.h"

namespace varve::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kPageFiles = 500;
constexpr const char* kRemedy = "; `varve reprocess` makes it anew";

struct RemoveFile {
  std::string path;
  ~RemoveFile() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

uint64_t CountLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return static_cast<uint64_t>(
      std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'));
}

Result<uint64_t> CheckedRows(const std::string& path) {
  auto file = parquet::FooterReader::Open(path);
  if (!file.ok()) return std::move(file).error();
  VARVE_RETURN_IF_ERROR(parquet::CheckFile(*file));
  uint64_t rows = 0;
  for (const auto& group : file->metadata().row_groups) {
    rows += static_cast<uint64_t>(group.row_count);
  }
  return rows;
}

// What is wrong with an output's content; empty: nothing. Adds its quarantined lines.
Result<std::string> CheckContent(const BatchOutput& output, const std::string& path,
                                 uint64_t* quarantined) {
  VARVE_ASSIGN_OR_RETURN(const FileHash hash, HashFile(path));
  if (hash.size_bytes != output.size_bytes) {
    return "has " + std::to_string(hash.size_bytes) + " bytes, but " +
           std::to_string(output.size_bytes) + " were written" + kRemedy;
  }
  if (hash.xxh3_128 != output.hash) {
    return "its content is not what was written: hash " + hash.xxh3_128 + " instead of " +
           output.hash + kRemedy;
  }
  if (output.quarantine) {
    *quarantined += CountLines(path);
    return std::string();
  }
  const Result<uint64_t> rows = CheckedRows(path);
  if (!rows.ok()) return rows.error().message + kRemedy;
  if (*rows != output.rows) {
    return "holds " + std::to_string(*rows) + " rows, but " + std::to_string(output.rows) +
           " are recorded" + kRemedy;
  }
  return std::string();
}

Result<std::string> CheckOutput(PipelinePlace& place, const BatchOutput& output,
                                const std::string& path, uint64_t* quarantined) {
  const Result<ObjectInfo> info = place.output->Head(output.final_key);
  if (!info.ok() && info.error().code == Code::kNotFound) {
    return std::string("is gone") + kRemedy;
  }
  if (!info.ok()) return info.error();
  const RemoveFile cleanup{path};
  VARVE_RETURN_IF_ERROR(place.output->ReadFile(info->ref, path));
  return CheckContent(output, path, quarantined);
}

Result<RowAccounting> Accounting(PipelinePlace& place, const std::string& batch) {
  RowAccounting sum;
  FileFilter filter;
  filter.state = FileState::kCompleted;
  filter.batch = batch;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(FilePage page,
                           place.tracker->Files(place.options.name(), filter, after, kPageFiles));
    for (const FileRecord& file : page.files) {
      sum.lines += file.accounting.lines;
      sum.rows += file.accounting.rows;
      sum.quarantined += file.accounting.quarantined;
      sum.blank += file.accounting.blank;
    }
    after = std::move(page.next);
  } while (!after.empty());
  return sum;
}

}  // namespace

Status VerifyBatch(PipelinePlace& place, const BatchRecord& batch, const std::string& directory,
                   VerifyTally* tally, std::vector<OutputProblem>* problems) {
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  const size_t problems_before = problems->size();
  for (const BatchOutput& output : batch.outputs) {
    const std::string path = directory + "/output-" + std::to_string(tally->outputs);
    VARVE_ASSIGN_OR_RETURN(std::string wrong, CheckOutput(place, output, path, &quarantined));
    if (!wrong.empty()) problems->push_back({batch.id, output.final_key, std::move(wrong)});
    rows += output.rows;
    ++tally->outputs;
    tally->bytes += output.size_bytes;
  }
  ++tally->batches;
  tally->rows += rows;
  VARVE_ASSIGN_OR_RETURN(const RowAccounting files, Accounting(place, batch.id));
  const bool readable = problems->size() == problems_before;
  if (!files.Balances() || files.rows != rows || (readable && files.quarantined != quarantined)) {
    problems->push_back({batch.id, "",
                         "its files count " + std::to_string(files.lines) +
                             " lines = " + std::to_string(files.rows) + " rows + " +
                             std::to_string(files.quarantined) + " quarantined + " +
                             std::to_string(files.blank) + " blank, its outputs " +
                             std::to_string(rows) + " rows + " + std::to_string(quarantined) +
                             " quarantined" + kRemedy});
  }
  return Ok{};
}

}  // namespace varve::cli
