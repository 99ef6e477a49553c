#include "cli/prefixed_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "testing/fake_clock.h"
#include "testing/memory_object_store.h"

namespace varve::cli {
namespace {

TEST(PrefixedStoreTest, KeysAreWithoutThePrefixAndNothingElseIsSeen) {
  FakeClock clock;
  auto memory = std::make_unique<MemoryObjectStore>("bucket", clock);
  MemoryObjectStore& all = *memory;
  PrefixedStore store(std::move(memory), "_varve/orders/");
  ASSERT_TRUE(all.Put("a", "another's", PutCondition::kAlways).ok());
  ASSERT_TRUE(store.Put("a", "1", PutCondition::kIfAbsent).ok());
  ASSERT_TRUE(store.Put("b/c", "22", PutCondition::kAlways).ok());
  EXPECT_EQ(*all.Get("_varve/orders/b/c", 10), "22");
  EXPECT_EQ(*store.Get("a", 10), "1");
  EXPECT_EQ(*store.GetRange("b/c", 1, 10), "2");
  EXPECT_EQ(store.Head("a")->ref.key, "a");
  const auto first = store.List("", "", 1);
  ASSERT_EQ(first->objects.size(), 1u);
  EXPECT_EQ(first->objects[0].ref.key, "a");
  EXPECT_EQ(first->next, "a");
  EXPECT_EQ(store.List("", "a", 10)->objects[0].ref.key, "b/c");
  EXPECT_TRUE(store.List("b/", "", 10)->next.empty());
  ASSERT_TRUE(store.DeleteVersion(store.Head("a")->ref).ok());
  EXPECT_FALSE(store.Head("a").ok());
  ASSERT_TRUE(store.Move("b/c", "d").ok());
  EXPECT_TRUE(all.Head("_varve/orders/d").ok());
  EXPECT_TRUE(all.Head("a").ok());
}

}  // namespace
}  // namespace varve::cli
