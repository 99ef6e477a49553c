// Sampler: whole lines from places spread over the inputs.
// Thread-safety: one thread, before anything else reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "etl/source/input_set.h"

namespace varve {

class Sampler {
 public:
  explicit Sampler(InputSet* inputs);

  // See Source::Sample.
  Result<std::vector<std::string>> Sample(size_t count, size_t bytes);

 private:
  void SamplePlain(size_t count, size_t bytes, std::vector<std::string>* samples);
  Status SampleStreams(size_t count, size_t bytes, std::vector<std::string>* samples);
  std::string Window(uint64_t position, size_t bytes);
  bool AppendLines(uint32_t file, uint64_t offset, size_t bytes, std::string* lines);
  Result<std::string> Beginning(uint32_t file, size_t bytes);

  InputSet* inputs_;
  std::vector<uint32_t> plain_;
  std::vector<uint64_t> plain_begins_;  // of each in plain_, as if they were one file
  uint64_t plain_bytes_ = 0;
  std::vector<uint32_t> streams_;
};

}  // namespace varve
