#include "pipeline/event.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

std::string Notification(std::string_view key, std::string_view name = "ObjectCreated:Put",
                         std::string_view version = "2.1") {
  return R"({"Records":[{"eventVersion":")" + std::string(version) + R"(","eventName":")" +
         std::string(name) + R"(","s3":{"bucket":{"name":"in"},"object":{"key":")" +
         std::string(key) +
         R"(","size":9,"eTag":"e1","versionId":"v1","sequencer":"0055AED6"}}}]})";
}

const ObjectEvent kExpected = {"in", "a b+c%20.ndjson", "v1", "e1", "0055AED6"};

TEST(ParseEvents, DecodesTheKeyOnce) {
  const auto events = ParseEvents(Notification("a+b%2Bc%2520.ndjson"));
  ASSERT_TRUE(events.ok()) << events.error().message;
  EXPECT_EQ(*events, std::vector{kExpected});
}

TEST(ParseEvents, LooksIntoSnsEnvelopes) {
  std::string inner = Notification("a+b%2Bc%2520.ndjson");
  for (size_t at = 0; (at = inner.find('"', at)) != inner.npos; at += 2) inner.insert(at, "\\");
  const auto events = ParseEvents(R"({"Type":"Notification","Message":")" + inner + "\"}");
  ASSERT_TRUE(events.ok()) << events.error().message;
  EXPECT_EQ(*events, std::vector{kExpected});
}

TEST(ParseEvents, TakesEventBridgesKeysAsTheyAre) {
  const auto events = ParseEvents(
      R"({"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"in"},)"
      R"("object":{"key":"a b+c%20.ndjson","etag":"\"e1\"","version-id":"v1",)"
      R"("sequencer":"0055AED6"}}})");
  ASSERT_TRUE(events.ok()) << events.error().message;
  EXPECT_EQ(*events, std::vector{kExpected});
}

TEST(ParseEvents, HearsOfRemovals) {
  const auto events = ParseEvents(Notification("x", "ObjectRemoved:Delete", "2.3"));
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(events->size(), 1u);
}

TEST(ParseEvents, IgnoresWhatIsAboutNoObject) {
  for (const std::string& body :
       {std::string(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"in"})"),
        Notification("x", "ObjectTagging:Put"), std::string(R"({"Records":[]})"),
        std::string(R"({"source":"aws.s3","detail-type":"Object Tags Added","detail":{}})")}) {
    const auto events = ParseEvents(body);
    ASSERT_TRUE(events.ok()) << body;
    EXPECT_TRUE(events->empty()) << body;
  }
}

TEST(ParseEvents, SaysWhatIsWrong) {
  struct Case {
    std::string body;
    const char* says;
  };
  std::string nested = Notification("x");
  for (const Case& bad :
       {Case{"", "not JSON"}, Case{"[]", "not a JSON object"}, Case{"{}", "no \"Records\""},
        Case{"\xff{}", "not JSON"}, Case{R"({"Records":7})", "not an array"},
        Case{Notification("x", "ObjectCreated:Put", "3.0"), "version is \"3.0\""},
        Case{Notification("a%2"), "broken %-escape"}, Case{Notification("a%zz"), "%-escape"},
        Case{Notification(""), "no key"},
        Case{R"({"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put"}]})",
             "names no bucket"}}) {
    const auto events = ParseEvents(bad.body);
    ASSERT_FALSE(events.ok()) << bad.body;
    EXPECT_EQ(events.error().code, Code::kInvalidArgument);
    EXPECT_NE(events.error().message.find(bad.says), std::string::npos) << events.error().message;
  }
}

TEST(CreatedEventBody, IsReadBackWhateverTheKey) {
  for (const char* key : {"../x", "a b+c%20.ndjson", "new\nline", "\xF0\x9F\x98\x80", "<b>\"&'"}) {
    const ObjectInfo object{{"in", key, "v1"}, 9, "e1", 0};
    const auto events = ParseEvents(CreatedEventBody(object));
    ASSERT_TRUE(events.ok()) << events.error().message;
    EXPECT_EQ(*events, (std::vector{ObjectEvent{"in", key, "v1", "e1", ""}}));
  }
}

TEST(SequencerOf, OrdersSequencersOfAnyLength) {
  EXPECT_LT(SequencerOf(5, "FF"), SequencerOf(5, "0100"));
  EXPECT_LT(SequencerOf(5, "0055AED6DCD90281E4"), SequencerOf(5, "55aed6dcd90281e5"));
  EXPECT_EQ(SequencerOf(5, "0A"), SequencerOf(5, "a"));
  EXPECT_LT(SequencerOf(5, ""), SequencerOf(5, "1"));
  EXPECT_LT(SequencerOf(5, "FF"), SequencerOf(6, ""));
}

}  // namespace
}  // namespace varve
