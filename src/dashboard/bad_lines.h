// BadLines: what is in the quarantine files, a page at a time, newest batch first.
//
// A quarantine file may hold gigabytes, so it is read in ranges and never whole; one call looks at
// some megabytes at most and may give an empty page with a `next` when nothing there matched.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/file_tracker.h"
#include "ports/object_store.h"

namespace varve::dashboard {

struct BadLine {
  std::string batch;
  std::string file;
  uint64_t line = 0;    // from 1
  uint64_t offset = 0;  // of the error in the file, in bytes
  std::string code;
  std::string message;
  std::string raw;         // the line, or its beginning
  bool is_base64 = false;  // `raw` is: the line is not UTF-8
  bool is_cut = false;     // `raw` is not the whole line
};

struct BadLineFilter {
  std::string batch;  // only of this batch
  std::string file;   // only of this file, in the batch that converted it
};

struct BadLinePage {
  std::vector<BadLine> lines;
  std::string next;  // `after` of the next page; empty: this was the last
};

// kNotFound: no such batch or file. kInvalidArgument: `after` is no page.
Result<BadLinePage> ReadBadLines(FileTracker& tracker, ObjectStore& output,
                                 std::string_view pipeline, const BadLineFilter& filter,
                                 std::string_view after, size_t limit);

}  // namespace varve::dashboard
