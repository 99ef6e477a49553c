#include "testing/fault_plan.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "testing/faulty_object_store.h"
#include "testing/faulty_queue.h"
#include "testing/memory_object_store.h"
#include "testing/memory_queue.h"

namespace varve {
namespace {

TEST(FaultPlan, FailsTheNthCallBeforeItIsDone) {
  MemoryObjectStore inner("in", SystemClock());
  FaultPlan plan;
  FaultyObjectStore store(inner, plan);
  plan.FailCall(2, {Code::kThrottled, false});
  EXPECT_TRUE(store.Put("a", "1", PutCondition::kAlways).ok());
  EXPECT_EQ(store.Put("a", "2", PutCondition::kAlways).error().code, Code::kThrottled);
  EXPECT_EQ(*store.Get("a", 10), "1");
  EXPECT_EQ(plan.Calls(), 3u);
}

TEST(FaultPlan, FailsTheNthCallAfterItWasDone) {
  MemoryObjectStore inner("in", SystemClock());
  FaultPlan plan;
  FaultyObjectStore store(inner, plan);
  plan.FailCall(1, {Code::kIo, true});
  EXPECT_EQ(store.Put("a", "1", PutCondition::kAlways).error().code, Code::kIo);
  EXPECT_EQ(*store.Get("a", 10), "1");
}

TEST(FaultPlan, OnePlanCountsOverItsDecorators) {
  MemoryObjectStore objects("in", SystemClock());
  MemoryQueue messages(SystemClock(), 3);
  FaultPlan plan;
  FaultyObjectStore store(objects, plan);
  FaultyQueue queue(messages, plan);
  plan.FailCall(2, {});
  EXPECT_TRUE(queue.Send({"m"}).ok());
  EXPECT_FALSE(store.Head("a").ok());
  EXPECT_EQ(queue.Receive(10, 1)->size(), 1u);
}

TEST(FaultPlan, APolicyJudgesByMethod) {
  MemoryQueue messages(SystemClock(), 3);
  FaultPlan plan;
  FaultyQueue queue(messages, plan);
  plan.SetPolicy([](uint64_t, std::string_view method) -> std::optional<Fault> {
    if (method == "Queue::Send") return Fault{Code::kIo, false};
    return std::nullopt;
  });
  EXPECT_FALSE(queue.Send({"m"}).ok());
  EXPECT_TRUE(queue.Depth().ok());
}

}  // namespace
}  // namespace varve
