#include "adapters/aws/credentials/cached_credentials.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "testing/fake_clock.h"

namespace varve::aws {
namespace {

constexpr int64_t kLifeUs = kMicrosPerHour;

// Each search finds other credentials, which live for an hour; unless it is to fail.
class CachedCredentialsTest : public testing::Test {
 protected:
  Result<Credentials> Search() {
    const int number = ++searches_;
    if (number == gated_) {
      started_.set_value();
      gate_.get_future().wait();
    }
    if (fails_) return Error{Code::kIo, "no answer"};
    const int64_t expires_us = lasts_ ? 0 : clock_.NowUs() + kLifeUs;
    return Credentials{"ID" + std::to_string(number), "secret", "", expires_us};
  }
  std::string Id() {
    const auto found = cached_.Get();
    return found.ok() ? found->access_key_id : found.error().message;
  }

  FakeClock clock_;
  std::atomic<bool> fails_ = false;
  bool lasts_ = false;
  std::atomic<int> searches_ = 0;
  int gated_ = 0;  // the number of the search that waits for `gate_`
  std::promise<void> started_, gate_;
  CachedCredentials cached_{clock_, [this] { return Search(); }};
};

TEST_F(CachedCredentialsTest, AreSoughtAgainBeforeTheyExpire) {
  EXPECT_EQ(searches_, 0);
  EXPECT_EQ(Id(), "ID1");
  clock_.Advance(kLifeUs - CachedCredentials::kAheadUs - 1);
  EXPECT_EQ(Id(), "ID1");
  clock_.Advance(1);
  EXPECT_EQ(Id(), "ID2");
}

TEST_F(CachedCredentialsTest, ThoseThatLastAreSoughtOnce) {
  lasts_ = true;
  EXPECT_EQ(Id(), "ID1");
  clock_.Advance(365 * kMicrosPerDay);
  EXPECT_EQ(Id(), "ID1");
}

TEST_F(CachedCredentialsTest, AFailedSearchDoesNoHarmWhileTheOldAreGood) {
  EXPECT_EQ(Id(), "ID1");
  clock_.Advance(kLifeUs - CachedCredentials::kAheadUs);
  fails_ = true;
  EXPECT_EQ(Id(), "ID1");
  EXPECT_EQ(Id(), "ID1");
  EXPECT_EQ(searches_, 2);  // not at each request
  clock_.Advance(CachedCredentials::kPauseUs);
  EXPECT_EQ(Id(), "ID1");
  EXPECT_EQ(searches_, 3);
  clock_.Advance(CachedCredentials::kAheadUs);
  EXPECT_EQ(Id(), "no answer");
  fails_ = false;
  EXPECT_EQ(Id(), "ID5");
}

TEST_F(CachedCredentialsTest, ThoseThatSeemExpiredAreUsedAndSoughtAgainLater) {
  EXPECT_EQ(Id(), "ID1");
  cached_.Forget({});  // of others
  EXPECT_EQ(Id(), "ID1");
  cached_.Forget(*cached_.Get());
  EXPECT_EQ(Id(), "ID2");
  // Somebody else was refused with the old ones, a little later: they have been replaced.
  cached_.Forget({"ID1", "secret", "", clock_.NowUs() + kLifeUs});
  EXPECT_EQ(Id(), "ID2");
}

TEST_F(CachedCredentialsTest, AWrongClockDoesNotMakeEachRequestSearch) {
  CachedCredentials late(clock_, [this]() -> Result<Credentials> {
    return Credentials{"ID" + std::to_string(++searches_), "s", "", clock_.NowUs() - kLifeUs};
  });
  EXPECT_EQ(late.Get()->access_key_id, "ID1");
  EXPECT_EQ(late.Get()->access_key_id, "ID1");
  clock_.Advance(CachedCredentials::kPauseUs);
  EXPECT_EQ(late.Get()->access_key_id, "ID2");
}

TEST_F(CachedCredentialsTest, ManyAskAndOneSearches) {
  gated_ = 1;
  std::vector<std::future<std::string>> asked;
  for (int i = 0; i < 8; ++i) {
    asked.push_back(std::async(std::launch::async, [this] { return Id(); }));
  }
  ASSERT_EQ(started_.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  gate_.set_value();
  for (auto& id : asked) EXPECT_EQ(id.get(), "ID1");
  EXPECT_EQ(searches_, 1);
}

TEST_F(CachedCredentialsTest, NobodyWaitsWhileTheOldAreGood) {
  EXPECT_EQ(Id(), "ID1");
  clock_.Advance(kLifeUs - CachedCredentials::kAheadUs);
  gated_ = 2;
  auto searching = std::async(std::launch::async, [this] { return Id(); });
  ASSERT_EQ(started_.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(Id(), "ID1");
  gate_.set_value();
  EXPECT_EQ(searching.get(), "ID2");
}

}  // namespace
}  // namespace varve::aws
