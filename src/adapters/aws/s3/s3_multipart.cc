#include "adapters/aws/s3/s3_multipart.h"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

namespace varve::aws {
namespace {

constexpr uint64_t kPartsMax = 10'000;
constexpr uint64_t kMiB = 1 << 20;
constexpr int kNotYetAnError = 500;  // what fails late may pass when it is repeated

}  // namespace

uint64_t PartBytes(uint64_t object_bytes) {
  const uint64_t needed = (object_bytes + kPartsMax - 1) / kPartsMax;
  return std::max(kPartBytesMin, (needed + kMiB - 1) / kMiB * kMiB);
}

Result<HttpResponse> CallThatMayFailLate(S3Bucket& bucket, const AwsRequest& request,
                                         std::string_view verb, std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(HttpResponse response, bucket.Call(request, verb, key));
  pugi::xml_document document;
  document.load_buffer(response.body.data(), response.body.size());
  if (!document.child("Error")) return response;
  AwsReply reply{std::move(response), std::nullopt};
  reply.failure = ParseFailure(reply.response);
  reply.failure->status = kNotYetAnError;
  return bucket.ErrorOf(reply, verb, key);
}

Result<MultipartUpload> MultipartUpload::Begin(S3Bucket& bucket, std::string key) {
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response,
                         bucket.Call(bucket.Request("POST", key, {{"uploads", ""}}), "write", key));
  pugi::xml_document document;
  document.load_buffer(response.body.data(), response.body.size());
  std::string id = document.document_element().child_value("UploadId");
  if (id.empty()) {
    return Error{Code::kCorrupt, "write " + bucket.Url(key) + ": the answer names no upload"};
  }
  return MultipartUpload(bucket, std::move(key), std::move(id));
}

MultipartUpload::MultipartUpload(MultipartUpload&& other) noexcept
    : bucket_(other.bucket_),
      key_(other.key_),
      id_(std::exchange(other.id_, {})),
      etags_(std::move(other.etags_)) {}

MultipartUpload::~MultipartUpload() {
  if (id_.empty()) return;
  // If this fails too, the bucket's lifecycle rule for unfinished uploads is what remains.
  const auto ignored = bucket_.Call(bucket_.Request("DELETE", key_, {{"uploadId", id_}}),
                                    "take back the upload of", key_);
  static_cast<void>(ignored);
}

Query MultipartUpload::PartQuery(int number) const {
  return {{"partNumber", std::to_string(number)}, {"uploadId", id_}};
}

void MultipartUpload::Took(int number, std::string etag) {
  const std::lock_guard lock(mutex_);
  etags_[number] = std::move(etag);
}

Status MultipartUpload::PutPart(int number, std::string_view content) {
  AwsRequest request = bucket_.Request("PUT", key_, PartQuery(number));
  request.body = content;
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response, bucket_.Call(request, "write", key_));
  Took(number, std::string(response.Header("etag")));
  return Ok{};
}

Status MultipartUpload::CopyPart(int number, const HttpHeaders& source, uint64_t first,
                                 uint64_t last) {
  AwsRequest request = bucket_.Request("PUT", key_, PartQuery(number));
  request.headers = source;
  request.headers.emplace_back("x-amz-copy-source-range",
                               "bytes=" + std::to_string(first) + "-" + std::to_string(last));
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response,
                         CallThatMayFailLate(bucket_, request, "copy to", key_));
  pugi::xml_document document;
  document.load_buffer(response.body.data(), response.body.size());
  Took(number, document.document_element().child_value("ETag"));
  return Ok{};
}

std::string MultipartUpload::PartsXml() const {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("CompleteMultipartUpload");
  for (const auto& [number, etag] : etags_) {
    pugi::xml_node part = root.append_child("Part");
    part.append_child("PartNumber").text().set(number);
    part.append_child("ETag").text().set(etag.c_str());
  }
  std::ostringstream out;
  document.save(out, "", pugi::format_raw);
  return out.str();
}

Status MultipartUpload::Complete() {
  const std::string body = PartsXml();
  AwsRequest request = bucket_.Request("POST", key_, {{"uploadId", id_}});
  request.body = body;
  const auto done = CallThatMayFailLate(bucket_, request, "finish writing", key_);
  if (done.ok()) {
    id_.clear();
    return Ok{};
  }
  Error error = done.error();
  // The upload may be gone because a first try succeeded and its answer was lost: write it again.
  if (error.code == Code::kNotFound) error.code = Code::kIo;
  return error;
}

}  // namespace varve::aws
