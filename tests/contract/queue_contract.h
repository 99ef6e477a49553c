// What every Queue must do.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/queue.h"

namespace varve {

struct QueueUnderTest {
  std::unique_ptr<Queue> queue;
  std::function<void(int64_t us)> pass_time;  // moves its clock on, or waits
};

struct QueueFactory {
  std::string name;
  std::function<QueueUnderTest(const std::filesystem::path& scratch, uint32_t receives_max)> make;
};

class QueueContract : public testing::TestWithParam<QueueFactory> {
 protected:
  static constexpr uint32_t kReceivesMax = 3;
  static constexpr int64_t kVisibilityUs = 2'000'000;

  void SetUp() override;
  void TearDown() override;

  // Everything visible now, in calls of ten; they stay hidden for kVisibilityUs.
  std::vector<Message> ReceiveAll();
  // One visible message; a failure when there is not one.
  Message ReceiveOne();
  void PassTime(int64_t us) { under_test_.pass_time(us); }
  Queue& queue() { return *under_test_.queue; }

 private:
  std::filesystem::path scratch_;
  QueueUnderTest under_test_;
};

}  // namespace varve
