#include "adapters/aws/s3/uploader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "adapters/aws/s3/s3_output_file.h"

namespace varve::aws {
namespace {

TEST(Uploader, HoldsAsManyTasksAsItMay) {
  Uploader uploader(2, 3);
  std::latch go(1);
  std::atomic<int> added = 0;
  std::atomic<int> done = 0;
  int most = 0;
  std::thread adder([&] {
    for (int i = 0; i < 10; ++i) {
      uploader.Add([&] {
        go.wait();
        ++done;
      });
      most = std::max(most, ++added - done);
    }
  });
  while (added < 3) std::this_thread::yield();
  EXPECT_EQ(added, 3);  // the fourth waits for the first to end
  go.count_down();
  adder.join();
  uploader.Wait();
  EXPECT_EQ(done, 10);
  EXPECT_EQ(most, 3);
}

TEST(Uploader, WhatATaskHoldsIsGoneWhenItHasEnded) {
  Uploader uploader(2, 3);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = held;
  uploader.Add([held = std::move(held)] {});
  uploader.Wait();
  EXPECT_TRUE(seen.expired());
}

TEST(Uploader, EndsWhenAllTasksHave) {
  std::atomic<int> done = 0;
  {
    Uploader uploader(3, 100);
    for (int i = 0; i < 50; ++i) uploader.Add([&done] { ++done; });
  }
  EXPECT_EQ(done, 50);
}

TEST(PartBytesOf, IsTheSameForLongAndReachesFar) {
  constexpr int kPartsMax = 10'000;
  constexpr uint64_t kGiB = 1ull << 30;
  uint64_t all = 0;
  uint64_t alike = 0;
  for (int part = 1; part <= kPartsMax; ++part) {
    all += PartBytesOf(part);
    if (PartBytesOf(part) == PartBytesOf(1)) alike += PartBytesOf(part);
  }
  EXPECT_EQ(alike / kGiB, 15u);
  EXPECT_EQ(all / kGiB, 484u);
}

}  // namespace
}  // namespace varve::aws
