#include "adapters/aws/s3/s3_multipart.h"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>
#include <sstream>
#include <system_error>

#include "adapters/aws/core/crypto.h"
#include "adapters/aws/s3/s3_object.h"

namespace varve::aws {
namespace {

constexpr uint64_t kPartsMax = 10'000;
constexpr uint64_t kMiB = 1 << 20;
constexpr int kNotYetAnError = 500;  // what fails late may pass when it is repeated

void Abort(S3Bucket& bucket, const std::string& key, const std::string& id) {
  // If this fails too, the bucket's lifecycle rule for unfinished uploads is what remains.
  static_cast<void>(bucket.Call(bucket.Request("DELETE", key, {{"uploadId", id}}),
                                "take back the upload of", key));
}

// One key has one writer: what is there beside `id` was begun by an attempt whose answer was lost,
// or is what a writer left that was killed.
void AbortOthers(S3Bucket& bucket, const std::string& key, const std::string& id) {
  const auto listed = bucket.Call(bucket.Request("GET", "", {{"prefix", key}, {"uploads", ""}}),
                                  "list the uploads of", key);
  if (!listed.ok()) return;  // it may not be allowed
  pugi::xml_document document;
  document.load_buffer(listed->body.data(), listed->body.size());
  for (const pugi::xml_node upload : document.document_element().children("Upload")) {
    const std::string other = upload.child_value("UploadId");
    if (upload.child_value("Key") == key && other != id) Abort(bucket, key, other);
  }
}

// Of 32 hexadecimal digits; else empty.
std::string BytesOfHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned char byte = 0;
    const auto [end, error] = std::from_chars(&hex[i], &hex[i] + 2, byte, 16);
    if (error != std::errc() || end != &hex[i] + 2) return {};
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

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
  VARVE_ASSIGN_OR_RETURN(const AwsReply reply,
                         bucket.Send(bucket.Request("POST", key, {{"uploads", ""}}), "write", key));
  if (reply.failure) return bucket.ErrorOf(reply, "write", key);
  pugi::xml_document document;
  document.load_buffer(reply.response.body.data(), reply.response.body.size());
  std::string id = document.document_element().child_value("UploadId");
  if (reply.response.maybe_repeated) AbortOthers(bucket, key, id);
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
  Abort(bucket_, key_, id_);
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

// Whether the object is what these parts make. Its ETag is the MD5 of theirs, unless it is
// encrypted with a customer's key; then that cannot be told.
bool MultipartUpload::IsComplete() const {
  std::string digests;
  for (const auto& [number, etag] : etags_) digests += BytesOfHex(WithoutQuotes(etag));
  const auto object = HeadNewest(bucket_, key_, Versioning::kNever);
  return object.ok() && object->etag == Hex(Md5(digests)) + "-" + std::to_string(etags_.size());
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
  if (error.code != Code::kNotFound) return error;
  id_.clear();  // it is gone
  if (IsComplete()) return Ok{};
  error.code = Code::kIo;  // write it again
  return error;
}

}  // namespace varve::aws
