#include "cli/terminal_text.h"

#include <gtest/gtest.h>

namespace varve::cli {
namespace {

TEST(Printable, LeavesOrdinaryNamesAlone) {
  EXPECT_EQ(Printable("logs/2025-01-17 é漢😀.ndjson"), "logs/2025-01-17 é漢😀.ndjson");
  EXPECT_EQ(Printable("C:\\logs"), "C:\\logs");
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(Printable("a\x1b[31mb\n\t\r\x7f"), "a\\x1b[31mb\\n\\t\\r\\x7f");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "\\xc2\\x9b31m");  // the 8-bit form of ESC [
  EXPECT_EQ(Printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(Printable("\xFF"), "\\xff");
  EXPECT_EQ(Printable("\xC0\xAF"), "\\xc0\\xaf");
  EXPECT_EQ(Printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(Printable("a\xE2\x82"), "a\\xe2\\x82");
}

TEST(Printable, DoublesBackslashesOnlyBesideEscapes) { EXPECT_EQ(Printable("\\n\n"), "\\\\n\\n"); }

TEST(Numbers, AreEasyToRead) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
  EXPECT_EQ(HumanBytes(1023), "1023 B");
  EXPECT_EQ(HumanBytes(1536), "1.5 KiB");
  EXPECT_EQ(HumanBytes((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(HumanBytes(UINT64_MAX), "16.0 EiB");
  EXPECT_EQ(HumanSeconds(0.0123), "12 ms");
  EXPECT_EQ(HumanSeconds(0.9999), "1.0 s");
  EXPECT_EQ(HumanSeconds(83), "1m 23s");
  EXPECT_EQ(HumanSeconds(3723), "1h 02m");
  EXPECT_EQ(Plural(1, "file"), "1 file");
  EXPECT_EQ(Plural(2000, "file"), "2,000 files");
}

TEST(Wrap, BreaksAtSpacesAndIndents) {
  EXPECT_EQ(Wrap("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(Wrap("one\ntwo", 80, 1), "one\n two");
  EXPECT_EQ(Wrap("unbreakable", 4, 2), "unbreakable");
}

}  // namespace
}  // namespace varve::cli
