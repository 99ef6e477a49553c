#include "cli/pipeline_place.h"

#include <utility>

#include "adapters/aws/s3/s3_url.h"
#include "adapters/aws/sqs/sqs_queue.h"
#include "adapters/aws/stepfunctions/step_functions_workflow.h"
#include "adapters/local/directory_object_store.h"
#include "cli/directories.h"
#include "cli/no_queue.h"
#include "cli/prefixed_store.h"

namespace varve::cli {
namespace {

constexpr const char* kStateInOutput = "/_varve";

Result<std::unique_ptr<ObjectStore>> OpenFolder(const std::string& name, const std::string& path,
                                                ListedNames listed) {
  VARVE_ASSIGN_OR_RETURN(auto store, DirectoryObjectStore::Open(name, path, listed));
  return std::unique_ptr<ObjectStore>(std::move(store));
}

// Beside what is staged, and apart from other pipelines' in the same bucket.
Result<std::string> ManifestsUrl(const PipelineOptions& options) {
  if (!options.manifests.empty()) return options.manifests;
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url url, aws::ParseS3Url(options.output));
  return "s3://" + url.bucket + "/_varve/" + options.name() + "/";
}

Result<std::unique_ptr<ObjectStore>> OpenManifests(AwsSession* aws,
                                                   const PipelineOptions& options) {
  if (!IsInS3(options.output)) {
    return OpenFolder("manifests", options.output + kStateInOutput, ListedNames::kAll);
  }
  VARVE_ASSIGN_OR_RETURN(const std::string url, ManifestsUrl(options));
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url place, aws::ParseS3Url(url));
  VARVE_ASSIGN_OR_RETURN(auto store, aws->OpenBucket(url));
  if (place.key.empty()) return store;
  return std::unique_ptr<ObjectStore>(std::make_unique<PrefixedStore>(std::move(store), place.key));
}

bool NeedsAws(const PipelineOptions& options) {
  return IsInS3(options.input) || IsInS3(options.output) || !options.queue_url.empty() ||
         !options.state_machine_arn.empty();
}

Result<std::unique_ptr<ObjectStore>> OpenStore(AwsSession* aws, const std::string& name,
                                               const std::string& place, ListedNames listed) {
  return IsInS3(place) ? aws->OpenBucket(place) : OpenFolder(name, place, listed);
}

Status OpenStores(const PipelineOptions& options, PipelinePlace* place) {
  AwsSession* const aws = place->aws;
  if (!IsInS3(options.output)) {
    VARVE_RETURN_IF_ERROR(MakeDirectory(options.output + kStateInOutput));
  }
  VARVE_ASSIGN_OR_RETURN(place->input,
                         OpenStore(aws, "input", options.input, ListedNames::kFinished));
  VARVE_ASSIGN_OR_RETURN(place->output,
                         OpenStore(aws, "output", options.output, ListedNames::kAll));
  VARVE_ASSIGN_OR_RETURN(place->manifests, OpenManifests(aws, options));
  return Ok{};
}

Status OpenQueue(const PipelineOptions& options, PipelinePlace* place) {
  if (!options.queue_url.empty()) {
    place->queue =
        std::make_unique<aws::SqsQueue>(place->aws->client(), place->aws->EndpointOf("sqs"),
                                        options.queue_url, options.dead_letter_queue_url);
  } else if (IsInS3(options.input)) {
    place->queue = std::make_unique<NoQueue>();
  }
  if (place->queue != nullptr) return Ok{};
  return Error{Code::kInvalidArgument,
               "the events of a directory need a queue, which a table has not: keep state in a "
               "directory, too, with --state DIR"};
}

}  // namespace

Result<std::unique_ptr<PipelinePlace>> OpenPipelinePlace(std::shared_ptr<PipelineState> state,
                                                         const PipelineOptions& options) {
  auto place = std::make_unique<PipelinePlace>();
  place->state = std::move(state);
  if (NeedsAws(options)) {
    VARVE_ASSIGN_OR_RETURN(place->aws, place->state->Aws());
  }
  place->options = options;
  StateAdapters adapters = place->state->Adapters(options.name());
  place->tracker = std::move(adapters.tracker);
  place->ledger = std::move(adapters.ledger);
  place->executions = std::move(adapters.executions);
  if (!IsInS3(options.input)) place->queue = std::move(adapters.queue);
  VARVE_RETURN_IF_ERROR(OpenStores(options, place.get()));
  VARVE_RETURN_IF_ERROR(OpenQueue(options, place.get()));
  if (!options.state_machine_arn.empty()) {
    place->workflow = std::make_unique<aws::StepFunctionsWorkflow>(
        place->aws->client(), place->aws->EndpointOf("states"), options.state_machine_arn);
  }
  return place;
}

std::string WorkDirectory(const PipelineOptions& options) {
  return IsInS3(options.output) ? "" : options.output + kStateInOutput + "/.work";
}

Result<std::string> KeyOf(const PipelinePlace& place, const std::string& text) {
  if (!IsInS3(text)) return text;
  VARVE_ASSIGN_OR_RETURN(aws::S3Url url, aws::ParseS3Url(text));
  if (url.bucket == place.input->bucket()) return std::move(url.key);
  return Error{Code::kInvalidArgument, text + " is not in the input of pipeline " +
                                           place.options.name() + ", " + place.options.input};
}

}  // namespace varve::cli
