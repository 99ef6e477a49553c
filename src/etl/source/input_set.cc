#include "etl/source/input_set.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "etl/source/inflate_gzip.h"
#include "etl/source/inflate_zstd.h"

namespace varve {
namespace {

constexpr size_t kMagicBytes = 4;
constexpr uint64_t kRatioJudgedBytes = 64ull << 20;

const char* DisplayName(const std::string& path) {
  return path == "-" ? "standard input" : path.c_str();
}

// Also when a file is cut off within the magic bytes: no text begins with two of them.
bool BeginsLike(std::string_view beginning, std::string_view magic) {
  return beginning.size() >= 2 && beginning.substr(0, magic.size()) ==
                                      magic.substr(0, std::min(beginning.size(), magic.size()));
}

}  // namespace

Encoding SniffEncoding(std::string_view beginning) {
  if (BeginsLike(beginning, "\x1f\x8b\x08")) return Encoding::kGzip;
  if (BeginsLike(beginning, "\x28\xb5\x2f\xfd")) return Encoding::kZstd;
  if (beginning.size() < kMagicBytes) return Encoding::kPlain;
  // A skippable frame first.
  const bool skippable = (static_cast<uint8_t>(beginning[0]) & 0xf0) == 0x50 &&
                         beginning.substr(1).starts_with("\x2a\x4d\x18");
  return skippable ? Encoding::kZstd : Encoding::kPlain;
}

std::unique_ptr<ByteStream> MakeInflater(Encoding encoding, ByteStream* stored) {
  switch (encoding) {
    case Encoding::kPlain: return nullptr;
    case Encoding::kGzip: return std::make_unique<GzipInflater>(stored);
    case Encoding::kZstd: return std::make_unique<ZstdInflater>(stored);
  }
  return nullptr;
}

InputStream::InputStream(std::unique_ptr<ByteStream> stored, FileStream* file, PipeStream* pipe,
                         Encoding encoding, const Limits& limits)
    : stored_(std::move(stored)), file_(file), limits_(limits) {
  ByteStream* bottom = stored_ != nullptr ? stored_.get() : pipe;
  inflater_ = MakeInflater(encoding, bottom);
  top_ = inflater_ != nullptr ? inflater_.get() : bottom;
}

Result<size_t> InputStream::Read(std::span<char> out) {
  auto size = top_->Read(out);
  if (!size.ok()) return FailFrom(*top_, std::move(size).error());
  if (inflater_ == nullptr) return size;
  inflated_bytes_ += *size;
  VARVE_RETURN_IF_ERROR(CheckLimits());
  return size;
}

Status InputStream::CheckLimits() {
  if (inflated_bytes_ > limits_.bytes_max) {
    return Fail("decompression_limit", Code::kLimit,
                "inflates to more than " + std::to_string(limits_.bytes_max) +
                    " bytes; raise --max-decompressed-bytes if that is meant");
  }
  if (inflated_bytes_ > kRatioJudgedBytes &&
      inflated_bytes_ / limits_.ratio_max > stored_offset()) {
    return Fail("decompression_limit", Code::kLimit,
                "inflates to more than " + std::to_string(limits_.ratio_max) +
                    " times its size; raise --max-decompression-ratio if that is meant");
  }
  return Ok{};
}

Status InputStream::Finish() {
  if (file_ == nullptr) return Ok{};
  auto status = file_->CheckUnchanged();
  if (!status.ok()) return FailFrom(*file_, std::move(status).error());
  return status;
}

InputSet::InputSet(SourceOptions options, const std::atomic<bool>* cancel)
    : options_(std::move(options)),
      cancel_(cancel),
      inputs_(options_.inputs.size()),
      failed_(options_.inputs.size()) {}

InputSet::~InputSet() = default;

InputSet::Pipe::~Pipe() {
  if (fd > STDERR_FILENO) close(fd);
  if (spool_fd >= 0) close(spool_fd);
}

Status InputSet::Probe() {
  for (uint32_t file = 0; file < count() && !cancelled(); ++file) {
    VARVE_RETURN_IF_ERROR(ProbeInput(file));
  }
  return Ok{};
}

Status InputSet::ProbeInput(uint32_t file) {
  const std::string& path = options_.inputs[file];
  if (path == "-") return ProbePipe(file, STDIN_FILENO);
  if (options_.remote != nullptr && options_.remote->Has(path)) {
    ProbeRemote(file);
    FailUnlessWhole(file);
    return Ok{};
  }
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    FailErrno(file, "cannot open", errno);
    return Ok{};
  }
  struct stat info;
  char magic[kMagicBytes];
  ssize_t magic_size = 0;
  if (fstat(fd, &info) != 0) {
    FailErrno(file, "cannot stat", errno);
  } else if (S_ISDIR(info.st_mode)) {
    Fail(file, 0, "is_directory", "is a directory; name its files, or give it to be expanded");
  } else if (!S_ISREG(info.st_mode)) {
    return ProbePipe(file, fd);
  } else if ((magic_size = pread(fd, magic, kMagicBytes, 0)) < 0) {
    FailErrno(file, "cannot read", errno);
  } else {
    inputs_[file].stamp = StampOf(info);
    inputs_[file].encoding = SniffEncoding({magic, static_cast<size_t>(magic_size)});
  }
  close(fd);
  FailUnlessWhole(file);
  return Ok{};
}

// Only what is stored as it is can be read from its middle.
void InputSet::FailUnlessWhole(uint32_t file) {
  if (options_.ranges.empty() || options_.ranges[file].is_whole()) return;
  if (is_pipe(file) || encoding(file) != Encoding::kPlain) {
    Fail(file, 0, "not_plain", "is compressed or a pipe; it can be read as a whole only");
  }
}

void InputSet::ProbeRemote(uint32_t file) {
  const auto look = options_.remote->Look(options_.inputs[file]);
  if (look.ok()) {
    inputs_[file].is_remote = true;
    inputs_[file].stamp.size = look->bytes;
    inputs_[file].encoding = SniffEncoding(look->beginning);
    return;
  }
  const Code code = look.error().code;
  Fail(file, 0,
       code == Code::kNotFound     ? "not_found"
       : code == Code::kPermission ? "permission"
                                   : "io_error",
       look.error().message);
}

Status InputSet::ProbePipe(uint32_t file, int fd) {
  auto pipe = std::make_unique<Pipe>();
  pipe->fd = fd;
  if (!options_.stdin_spool_path.empty()) {
    pipe->spool_path = options_.stdin_spool_path;
    if (options_.inputs[file] != "-") pipe->spool_path += "." + std::to_string(file);
    pipe->spool_fd = open(pipe->spool_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (pipe->spool_fd < 0) return ErrnoError("create", pipe->spool_path);
  }
  pipe->stream = std::make_unique<PipeStream>(
      fd, pipe->spool_fd, [this] { return cancelled(); }, &pipe->bytes_read);
  inputs_[file].is_pipe = true;
  auto magic = pipe->stream->Peek(kMagicBytes);
  if (magic.ok()) {
    inputs_[file].encoding = SniffEncoding(*magic);
  } else {
    Fail(file, *pipe->stream, magic.error());
  }
  pipes_.emplace(file, std::move(pipe));
  FailUnlessWhole(file);
  return Ok{};
}

uint64_t InputSet::stored_bytes(uint32_t file) const {
  if (is_pipe(file)) return pipes_.at(file)->bytes_read.load(std::memory_order_relaxed);
  const ByteRange read = range(file);
  return read.end - read.begin;
}

ByteRange InputSet::range(uint32_t file) const {
  const uint64_t size = inputs_[file].stamp.size;
  if (options_.ranges.empty()) return {0, size};
  const ByteRange& wanted = options_.ranges[file];
  const uint64_t end = std::min(wanted.end, size);
  return {std::min(wanted.begin, end), end};
}

std::string InputSet::reread_path(uint32_t file) const {
  return is_pipe(file) ? pipes_.at(file)->spool_path : options_.inputs[file];
}

std::unique_ptr<InputStream> InputSet::Open(uint32_t file, uint64_t offset, uint64_t end) {
  const Input& input = inputs_[file];
  std::unique_ptr<ByteStream> stored;
  FileStream* regular = nullptr;
  PipeStream* pipe = nullptr;
  if (input.is_pipe) {
    pipe = pipes_.at(file)->stream.get();
  } else if (input.is_remote) {
    stored = options_.remote->Open(options_.inputs[file], offset, end, &bytes_read_);
  } else {
    const int fd = open(options_.inputs[file].c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      FailErrno(file, "cannot open", errno);
      return nullptr;
    }
    auto stream = std::make_unique<FileStream>(fd, input.stamp, offset, &bytes_read_);
    regular = stream.get();
    stored = std::move(stream);
  }
  const InputStream::Limits limits{options_.decompression_ratio_max,
                                   options_.decompressed_bytes_max};
  return std::make_unique<InputStream>(std::move(stored), regular, pipe, input.encoding, limits);
}

Result<std::string_view> InputSet::PeekPipe(uint32_t file, size_t size) {
  return pipes_.at(file)->stream->Peek(size);
}

void InputSet::FailErrno(uint32_t file, std::string_view action, int errno_value) {
  std::string_view code = "io_error";
  std::string reason = std::string(action) + ": " + std::strerror(errno_value);
  if (errno_value == ENOENT || errno_value == ENOTDIR) {
    code = "not_found";
    reason += "; check the path";
  } else if (errno_value == EACCES || errno_value == EPERM) {
    code = "permission";
    reason += "; give this user the right to read it";
  }
  Fail(file, 0, code, reason);
}

void InputSet::Fail(uint32_t file, uint64_t offset, std::string_view code,
                    const std::string& reason) {
  if (code == "cancelled" || failed_[file].exchange(true)) return;
  const std::string name =
      options_.names.empty() ? DisplayName(options_.inputs[file]) : options_.names[file];
  std::lock_guard lock(mutex_);
  errors_.push_back({file, offset, std::string(code), name + ": " + reason});
}

void InputSet::Fail(uint32_t file, const ByteStream& stream, const Error& error) {
  Fail(file, stream.stored_offset(), stream.failure_code(), error.message);
}

uint64_t InputSet::stored_bytes_all() const {
  uint64_t total = 0;
  for (uint32_t file = 0; file < count(); ++file) {
    if (is_pipe(file)) return 0;
    total += stored_bytes(file);
  }
  return total;
}

uint64_t InputSet::stored_bytes_read() const {
  uint64_t total = bytes_read_.load(std::memory_order_relaxed);
  for (const auto& [file, pipe] : pipes_) total += pipe->bytes_read.load(std::memory_order_relaxed);
  return total;
}

std::vector<SourceError> InputSet::errors() const {
  std::lock_guard lock(mutex_);
  std::vector<SourceError> errors = errors_;
  std::stable_sort(errors.begin(), errors.end(),
                   [](const SourceError& a, const SourceError& b) { return a.file < b.file; });
  return errors;
}

std::vector<uint32_t> InputSet::failed_files() const {
  std::vector<uint32_t> files;
  for (uint32_t file = 0; file < count(); ++file) {
    if (failed(file)) files.push_back(file);
  }
  return files;
}

}  // namespace varve
