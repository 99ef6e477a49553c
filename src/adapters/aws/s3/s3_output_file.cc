#include "adapters/aws/s3/s3_output_file.h"

#include <algorithm>
#include <utility>

#include "adapters/aws/s3/s3_upload.h"

namespace varve::aws {
namespace {

constexpr uint64_t kFirstPartBytes = 8 << 20;
constexpr int kPartsBeforeGrowth = 2'000;
constexpr uint64_t kSmallFilesBytesMax = 64 << 20;

}  // namespace

uint64_t PartBytesOf(int number) { return kFirstPartBytes << (number - 1) / kPartsBeforeGrowth; }

StagedObject::~StagedObject() { kept_bytes_ -= kept_.capacity(); }

void StagedObject::Fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!failed_) failed_ = std::move(error);
}

Status StagedObject::Check() const {
  const std::lock_guard lock(mutex_);
  if (failed_) return Error(*failed_);
  return Ok{};
}

// Begun by whoever needs it first; the others wait for that, but nobody who only checks does.
Result<MultipartUpload*> StagedObject::Upload() {
  const std::lock_guard lock(begin_mutex_);
  VARVE_RETURN_IF_ERROR(Check());
  if (!upload_) {
    VARVE_ASSIGN_OR_RETURN(MultipartUpload begun, MultipartUpload::Begin(bucket_, key_));
    upload_.emplace(std::move(begun));
  }
  return &*upload_;
}

void StagedObject::PutPart(int number, std::string_view content) {
  if (dropped_) return;
  const auto upload = Upload();
  Status put = upload.ok() ? (*upload)->PutPart(number, content) : Status(Error(upload.error()));
  if (!put.ok()) Fail(std::move(put).error());
}

bool StagedObject::Keep(Buffer& content) {
  const uint64_t bytes = content.capacity();
  if (kept_bytes_.fetch_add(bytes) + bytes > kSmallFilesBytesMax) {
    kept_bytes_ -= bytes;
    return false;
  }
  kept_ = std::move(content);
  return true;
}

Status StagedObject::Publish() {
  VARVE_RETURN_IF_ERROR(Check());
  may_be_visible_ = true;  // whatever is answered
  return upload_ ? upload_->Complete() : PutWhole(bucket_, key_, kept_.view());
}

S3OutputFile::~S3OutputFile() {
  if (object_ == nullptr) return;
  object_->Drop();
  // An upload that is taken back costs a request, which others need not wait for.
  uploader_.Add([object = std::move(object_)] {});
}

void S3OutputFile::PutPart() {
  ++parts_;
  auto part = std::make_shared<Buffer>(std::move(part_));
  uploader_.Add([object = object_, number = parts_, part = std::move(part)] {
    object->PutPart(number, part->view());
  });
}

Status S3OutputFile::Append(std::span<const std::span<const uint8_t>> pieces) {
  for (std::span<const uint8_t> piece : pieces) {
    while (!piece.empty()) {
      const uint64_t part_bytes = PartBytesOf(parts_ + 1);
      if (parts_ > 0) part_.Reserve(part_bytes - part_.size());
      const size_t taken = std::min<size_t>(piece.size(), part_bytes - part_.size());
      part_.Append(piece.data(), taken);
      piece = piece.subspan(taken);
      if (part_.size() == part_bytes) PutPart();
    }
  }
  return object_->Check();
}

Status S3OutputFile::Close() {
  if (parts_ == 0 && object_->Keep(part_)) return Ok{};
  if (!part_.empty()) PutPart();
  return object_->Check();
}

Status S3OutputFile::Publish() {
  published_(std::move(object_));
  return Ok{};
}

}  // namespace varve::aws
