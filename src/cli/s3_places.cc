#include "cli/s3_places.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/core/profile_environment.h"
#include "adapters/aws/s3/s3_expand.h"
#include "base/clock.h"
#include "base/random.h"
#include "etl/convert/dataset_writer.h"

namespace varve::cli {
namespace {

aws::AwsClientSettings SettingsOf(const aws::Environment& environment) {
  aws::AwsClientSettings settings;
  settings.region = aws::RegionOf(environment);
  return settings;
}

std::string WithoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// "a/b/c.parquet": "a/b/".
std::string FolderOf(const std::string& key) {
  const size_t slash = key.rfind('/');
  return slash == key.npos ? "" : key.substr(0, slash + 1);
}

}  // namespace

S3Places::S3Places() : S3Places(aws::WithProfile(aws::ProcessEnvironment)) {}

S3Places::S3Places(Result<aws::Environment> environment)
    : environment_(std::move(environment)),
      client_(http_, credentials_, SystemClock(), SystemRandom(),
              SettingsOf(environment_.ok() ? *environment_ : aws::ProcessEnvironment)) {}

S3Places::~S3Places() {
  std::error_code ignored;
  if (!temporary_folder_.empty()) std::filesystem::remove_all(temporary_folder_, ignored);
}

aws::S3Bucket& S3Places::Bucket(const std::string& name) {
  return buckets_
      .try_emplace(name, client_, name, aws::AddressOf(name, client_.region(), *environment_))
      .first->second;
}

Result<std::vector<std::string>> S3Places::Expand(const std::string& url) {
  if (!environment_.ok()) return environment_.error();
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url parsed, aws::ParseS3Url(url));
  aws::S3Bucket& bucket = Bucket(parsed.bucket);
  auto objects = aws::ExpandS3(bucket, parsed.key);
  if (!objects.ok()) return std::move(objects).error();
  std::vector<std::string> names;
  for (const ObjectInfo& object : *objects) names.push_back(inputs_.Add(bucket, object));
  return names;
}

Status S3Places::TakeOutput(ConvertOptions* options) {
  if (!environment_.ok()) return environment_.error();
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url url, aws::ParseS3Url(options->output));
  output_url_ = options->output;
  output_bucket_ = url.bucket;
  output_.emplace(Bucket(url.bucket), url.key, options->overwrite);

  std::error_code failed;
  const std::filesystem::path temp = std::filesystem::temp_directory_path(failed);
  std::string pattern = (temp / "varve-s3-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return ErrnoError("create directory", pattern);
  temporary_folder_ = pattern;
  const bool one_file = url.key.ends_with(".parquet");
  key_root_ = one_file ? FolderOf(url.key) : output_->prefix();
  local_root_ = temporary_folder_ + (one_file ? "/" : "/output/");
  options->output = local_root_ + (one_file ? url.key.substr(key_root_.size()) : "");
  return output_->CheckIsFree(KeyOf(QuarantinePath(*options)));
}

std::string S3Places::KeyOf(const std::string& path) const {
  return key_root_ + std::filesystem::path(path).lexically_relative(local_root_).generic_string();
}

std::string S3Places::UrlOf(const std::string& path) const {
  return "s3://" + output_bucket_ + "/" + KeyOf(path);
}

Status S3Places::Publish(const ConvertOptions& options, ConvertSummary* summary,
                         const std::atomic<bool>* cancel) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<aws::S3OutputFile> files;
  for (OutputFile& output : summary->outputs) {
    files.push_back({output.path, KeyOf(output.path)});
    output.path = UrlOf(output.path);
  }
  for (std::string& path : summary->quarantine) {
    files.push_back({path, KeyOf(path)});
    path = UrlOf(path);
  }
  if (!options.dry_run) VARVE_RETURN_IF_ERROR(output_->Publish(files, cancel));
  summary->seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Ok{};
}

Status CheckS3OutputPlace(const std::string& output, const std::vector<std::string>& sources) {
  const std::string place = WithoutSlash(output);
  for (const std::string& source : sources) {
    if (!aws::IsS3Url(source)) continue;
    const std::string input = WithoutSlash(source);
    const bool same = place == input;
    if (!same && !place.starts_with(input + "/")) continue;
    return Error{Code::kInvalidArgument, "output " + output +
                                             (same ? " is the input " : " is inside the input ") +
                                             source + "; choose a place outside of it"};
  }
  return Ok{};
}

}  // namespace varve::cli
