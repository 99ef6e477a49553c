#include "cli/pipeline_state.h"

#include <filesystem>
#include <utility>

#include "cli/directory_state.h"
#include "cli/table_state.h"

namespace varve::cli {
namespace {

Result<std::shared_ptr<PipelineState>> OpenTableState(const std::string& place) {
  VARVE_ASSIGN_OR_RETURN(auto table, TableState::Open(place));
  return std::shared_ptr<PipelineState>(std::move(table));
}

Result<std::shared_ptr<PipelineState>> OpenDirectoryState(const std::string& place) {
  VARVE_ASSIGN_OR_RETURN(auto directory, DirectoryState::Open(place));
  return std::shared_ptr<PipelineState>(std::move(directory));
}

}  // namespace

Result<AwsSession*> PipelineState::Aws() {
  const std::lock_guard lock(mutex_);
  if (aws_ == nullptr) {
    VARVE_ASSIGN_OR_RETURN(aws_, AwsSession::Open(aws::ProcessEnvironment));
  }
  return aws_.get();
}

Result<std::shared_ptr<PipelineState>> OpenState(const std::string& place) {
  if (IsTableUrl(place)) return OpenTableState(place);
  std::error_code ignored;
  // Opening makes what is not there, which a command that only looks must not.
  if (std::filesystem::is_directory(std::filesystem::path(place) / "pipelines", ignored)) {
    return OpenDirectoryState(place);
  }
  return Error{Code::kNotFound,
               place + " holds no state of `varve run`; check --state (or --config)"};
}

Result<std::shared_ptr<PipelineState>> MakeState(const std::string& place) {
  if (!IsTableUrl(place)) return OpenDirectoryState(place);
  VARVE_ASSIGN_OR_RETURN(auto table, TableState::Open(place));
  VARVE_RETURN_IF_ERROR(table->EnsureTable());
  return std::shared_ptr<PipelineState>(std::move(table));
}

}  // namespace varve::cli
