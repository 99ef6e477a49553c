// GzipInflater: inflates a gzip stream (RFC 1952) of any number of members.
//
// Header, CRC-32 and ISIZE of every member are checked. Zero bytes after the last member are
// padding, as for gzip(1); anything else there is an error. Failures: "corrupt_gzip",
// "truncated_gzip", or what the stream below gives.
#pragma once

#include <memory>

#include "base/buffer.h"
#include "etl/source/byte_stream.h"

struct inflate_state;
struct isal_gzip_header;

namespace varve {

class GzipInflater : public ByteStream {
 public:
  // `stored` must outlive the inflater.
  explicit GzipInflater(ByteStream* stored);
  ~GzipInflater() override;

  Result<size_t> Read(std::span<char> out) override;
  uint64_t stored_offset() const override;

 private:
  enum class Stage { kBetweenMembers, kInHeader, kInMember, kPadding };

  Result<bool> Fill();  // false at the end of the stored bytes
  Result<bool> NextMember();
  Result<bool> ReadHeader();
  Status SkipPadding();
  Error Truncated();

  ByteStream* stored_;
  std::unique_ptr<inflate_state> state_;
  std::unique_ptr<isal_gzip_header> header_;  // of the member, as far as it is read
  Buffer input_;
  Stage stage_ = Stage::kBetweenMembers;
  uint64_t members_ = 0;
};

}  // namespace varve
