// What every FileTracker must do.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/file_tracker.h"

namespace varve {

struct FileTrackerFactory {
  std::string name;
  std::function<std::unique_ptr<FileTracker>(const std::filesystem::path& scratch)> make;
};

class FileTrackerContract : public testing::TestWithParam<FileTrackerFactory> {
 protected:
  static constexpr int64_t kNow = 1'737'072'000'000'000;
  static constexpr int64_t kMinute = 60'000'000;
  static constexpr uint32_t kAttemptsMax = 2;
  static constexpr const char* kPipeline = "events";
  static constexpr const char* kDay = "2025-01-17";

  void SetUp() override;
  void TearDown() override;

  static FileRecord File(const std::string& key, const std::string& version = "v1",
                         int64_t seen_us = kNow, const std::string& sequencer = "1");
  Registered Register(const FileRecord& file);
  ObjectRef Add(const std::string& key, int64_t seen_us = kNow);  // registers version v1 of `key`
  std::vector<ObjectRef> AddMany(int count);
  FileRecord Get(const ObjectRef& ref);
  FileState StateOf(const ObjectRef& ref) { return Get(ref).state; }
  ClaimRequest Request(std::vector<ObjectRef> files, const std::string& owner = "owner-1");
  BatchRecord Claim(std::vector<ObjectRef> files);
  BatchRecord Processing(std::vector<ObjectRef> files);  // claimed and begun
  BatchRecord Publishing(std::vector<ObjectRef> files);  // with one output
  BatchRecord Completed(std::vector<ObjectRef> files);   // kGood for each file
  std::vector<FileOutcome> Good(const std::vector<ObjectRef>& files);
  std::vector<std::string> PendingKeys(int64_t now_us, int limit = 100);
  uint64_t Count(FileState state);  // by Stats

  static const RowAccounting kGood;
  std::vector<BatchOutput> outputs_;
  std::unique_ptr<FileTracker> tracker_;

 private:
  std::filesystem::path scratch_;
};

}  // namespace varve
