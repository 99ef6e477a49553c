#include "etl/source/sample.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "etl/source/block_cutter.h"
#include "etl/source/memory_stream.h"

namespace varve {
namespace {

constexpr size_t kLongLineBytesMax = 1 << 20;       // a longer first line gives no sample
constexpr size_t kInflatablePeekBytes = 256 << 10;  // of a compressed pipe: a whole zstd block
constexpr size_t kFilesPerWindowMax = 64;

// Reads until `bytes` are there or the stream ends or fails: the real reading will report that.
std::string ReadUpTo(ByteStream* stream, size_t bytes) {
  std::string text(bytes, '\0');
  size_t size = 0;
  while (size < bytes) {
    auto more = stream->Read({text.data() + size, bytes - size});
    if (!more.ok() || *more == 0) break;
    size += *more;
  }
  text.resize(size);
  return text;
}

void SkipByteOrderMark(std::string* text) {
  if (text->starts_with(kByteOrderMark)) text->erase(0, kByteOrderMark.size());
}

// Splits whole lines into at most `count` samples of about `bytes`.
void SplitSamples(std::string_view lines, size_t count, size_t bytes,
                  std::vector<std::string>* samples) {
  for (; count > 0 && !lines.empty(); --count) {
    size_t end = lines.size();
    if (end > bytes) {
      end = lines.rfind('\n', bytes - 1);
      if (end == std::string_view::npos) end = std::min(lines.find('\n'), lines.size() - 1);
      ++end;
    }
    samples->emplace_back(lines.substr(0, end));
    lines.remove_prefix(end);
  }
}

}  // namespace

Sampler::Sampler(InputSet* inputs) : inputs_(inputs) {
  for (uint32_t file = 0; file < inputs->count(); ++file) {
    if (inputs->failed(file)) continue;
    if (inputs->is_pipe(file) || inputs->encoding(file) != Encoding::kPlain) {
      streams_.push_back(file);
    } else if (inputs->stored_bytes(file) > 0) {
      plain_.push_back(file);
      plain_begins_.push_back(plain_bytes_);
      plain_bytes_ += inputs->stored_bytes(file);
    }
  }
}

Result<std::vector<std::string>> Sampler::Sample(size_t count, size_t bytes) {
  std::vector<std::string> samples;
  if (count == 0 || bytes == 0) return samples;
  uint64_t plain_count = (plain_bytes_ + bytes - 1) / bytes;
  plain_count = std::min<uint64_t>(plain_count, streams_.empty() ? count : count / 2);
  SamplePlain(plain_count, bytes, &samples);
  VARVE_RETURN_IF_ERROR(SampleStreams(count - plain_count, bytes, &samples));
  return samples;
}

void Sampler::SamplePlain(size_t count, size_t bytes, std::vector<std::string>* samples) {
  const uint64_t last = plain_bytes_ > bytes ? plain_bytes_ - bytes : 0;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t position =
        i == 0 ? 0 : static_cast<uint64_t>(static_cast<unsigned __int128>(last) * i / (count - 1));
    std::string lines = Window(position, bytes);
    if (!lines.empty()) samples->push_back(std::move(lines));
  }
}

// Lines from `position` of all plain inputs together: small files share a window.
std::string Sampler::Window(uint64_t position, size_t bytes) {
  const auto after = std::upper_bound(plain_begins_.begin(), plain_begins_.end(), position);
  size_t i = static_cast<size_t>(after - plain_begins_.begin()) - 1;
  uint64_t offset = position - plain_begins_[i];
  std::string lines;
  const size_t end = std::min(plain_.size(), i + kFilesPerWindowMax);
  for (; i < end && lines.size() < bytes; ++i, offset = 0) {
    if (!AppendLines(plain_[i], offset, bytes - lines.size(), &lines)) break;
  }
  return lines;
}

// Appends the lines that start after `offset` of the range (or at the file's start) and end within
// `bytes`; when there is none and nothing was collected yet, a longer one. True when the range was
// read to its end.
bool Sampler::AppendLines(uint32_t file, uint64_t offset, size_t bytes, std::string* lines) {
  const ByteRange range = inputs_->range(file);
  offset += range.begin;
  const uint64_t begin = offset == 0 ? 0 : offset - 1;
  for (uint64_t window = bytes + 1;; window *= 4) {
    const uint64_t left = range.end - begin;
    auto stream = inputs_->Open(file, begin, begin + window);
    if (stream == nullptr) return true;
    std::string text = ReadUpTo(stream.get(), std::min(window, left));
    if (offset > 0) {
      const size_t newline = text.find('\n');
      text.erase(0, newline == std::string::npos ? newline : newline + 1);
    } else {
      SkipByteOrderMark(&text);
    }
    const bool at_end = window >= left;
    if (at_end && inputs_->ends_with_range(file)) {
      if (!text.empty() && text.back() != '\n') text.push_back('\n');
    } else {
      const size_t newline = text.rfind('\n');
      text.resize(newline == std::string::npos ? 0 : newline + 1);
    }
    lines->append(text);
    if (at_end || !lines->empty() || window > kLongLineBytesMax) return at_end;
  }
}

Status Sampler::SampleStreams(size_t count, size_t bytes, std::vector<std::string>* samples) {
  const size_t chosen = std::min(count, streams_.size());
  for (size_t i = 0; i < chosen; ++i) {
    const uint32_t file = streams_[i * streams_.size() / chosen];
    const size_t each = count / chosen;
    VARVE_ASSIGN_OR_RETURN(const std::string lines, Beginning(file, each * bytes));
    SplitSamples(lines, each, bytes, samples);
  }
  return Ok{};
}

// Whole lines from the beginning of a compressed file or a pipe.
Result<std::string> Sampler::Beginning(uint32_t file, size_t bytes) {
  std::string text;
  bool cut = false;  // there is more than was looked at
  if (inputs_->is_pipe(file)) {
    const bool plain = inputs_->encoding(file) == Encoding::kPlain;
    const size_t peek_bytes = plain ? bytes : std::max(bytes, kInflatablePeekBytes);
    auto peeked = inputs_->PeekPipe(file, peek_bytes);
    if (!peeked.ok()) return std::string();  // the real reading will report it
    cut = peeked->size() == peek_bytes;
    MemoryStream stored(*peeked);
    auto inflater = MakeInflater(inputs_->encoding(file), &stored);
    text = ReadUpTo(inflater != nullptr ? inflater.get() : &stored, bytes);
  } else if (auto stream = inputs_->Open(file, 0, bytes); stream != nullptr) {
    text = ReadUpTo(stream.get(), bytes);
  }
  cut |= text.size() == bytes;
  SkipByteOrderMark(&text);
  if (!cut) return text;
  const size_t newline = text.rfind('\n');
  text.resize(newline == std::string::npos ? 0 : newline + 1);
  return text;
}

}  // namespace varve
