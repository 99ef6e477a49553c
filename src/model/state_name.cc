// The names of file and batch states, as they are stored, shown and typed.
#include <array>
#include <cstddef>

#include "model/batch.h"
#include "model/file_record.h"

namespace varve {
namespace {

constexpr std::array<std::string_view, 7> kFileStates = {
    "pending", "claimed", "processing", "completed", "failed", "missing", "superseded"};
constexpr std::array<std::string_view, 5> kBatchStates = {"claimed", "processing", "publishing",
                                                          "completed", "failed"};

template <typename State, size_t N>
std::optional<State> Parse(const std::array<std::string_view, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<State>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view FileStateName(FileState state) { return kFileStates[static_cast<size_t>(state)]; }
std::optional<FileState> ParseFileState(std::string_view name) {
  return Parse<FileState>(kFileStates, name);
}

std::string_view BatchStateName(BatchState state) {
  return kBatchStates[static_cast<size_t>(state)];
}
std::optional<BatchState> ParseBatchState(std::string_view name) {
  return Parse<BatchState>(kBatchStates, name);
}

}  // namespace varve
