#include "etl/convert/quarantine.h"

#include <simdjson.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "etl/parquet/output_file.h"

namespace varve {
namespace {

constexpr size_t kFlushBytes = 1 << 20;

std::string Base64(std::string_view bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      text.push_back(i + j > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * j) & 63]);
    }
  }
  return text;
}

}  // namespace

struct QuarantineWriter::State {
  explicit State(parquet::OutputFile opened) : file(std::move(opened)) {}
  Status Flush() {
    Status written =
        file.Append({reinterpret_cast<const uint8_t*>(pending.data()), pending.size()});
    pending.clear();
    return written;
  }

  parquet::OutputFile file;
  std::string pending;
};

LineError DescribeBadLine(const BadLine& bad, const std::string& path, uint64_t line) {
  LineError error;
  error.file = path;
  error.line = line;
  error.offset = bad.error_offset;
  error.code = ParseCodeName(bad.code);
  error.message = ParseCodeMessage(bad.code);
  return error;
}

QuarantineWriter::QuarantineWriter(std::string path, uint64_t raw_bytes_max,
                                   parquet::Durability durability, parquet::RemoteOutputs* remote)
    : path_(std::move(path)),
      raw_bytes_max_(raw_bytes_max),
      durability_(durability),
      remote_(remote) {}

QuarantineWriter::~QuarantineWriter() = default;

bool QuarantineWriter::empty() const { return state_ == nullptr; }

Status QuarantineWriter::Add(const LineError& error, const BadLine& bad) {
  if (state_ == nullptr) {
    const std::string directory = std::filesystem::path(path_).parent_path().string();
    std::error_code failed;
    const bool writes = durability_ != parquet::Durability::kNowhere && remote_ == nullptr;
    if (writes && !directory.empty()) std::filesystem::create_directories(directory, failed);
    if (failed) return ErrnoError("create directory", directory, failed.value());
    VARVE_ASSIGN_OR_RETURN(parquet::OutputFile file,
                           parquet::OutputFile::Create(path_, durability_, remote_));
    state_ = std::make_unique<State>(std::move(file));
  }
  nlohmann::ordered_json record;
  record["file"] = error.file;
  record["line"] = error.line;
  record["offset"] = error.offset;
  record["code"] = error.code;
  record["message"] = error.message;
  if (bad.raw_bytes <= raw_bytes_max_ && bad.raw.size() == bad.raw_bytes) {
    if (simdjson::validate_utf8(bad.raw)) {
      record["raw"] = bad.raw;
    } else {
      record["raw_base64"] = Base64(bad.raw);
    }
  }
  state_->pending += record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  state_->pending.push_back('\n');
  return state_->pending.size() < kFlushBytes ? Status(Ok{}) : state_->Flush();
}

Status QuarantineWriter::Close() {
  if (state_ == nullptr) return Ok{};
  VARVE_RETURN_IF_ERROR(state_->Flush());
  return state_->file.Close();
}

Status QuarantineWriter::Publish() {
  return state_ == nullptr ? Status(Ok{}) : state_->file.Publish();
}

}  // namespace varve
