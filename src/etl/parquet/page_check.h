// Reads the pages of a chunk to their last level and index, to prove that they are sound.
//
// Checked: CRCs, decompression to the exact size, levels (number, range, first of a row), one count
// of rows for all columns, dictionary size and every index, sizes of PLAIN values. Values of other
// encodings, and pages of codecs varve does not know, are beyond it. Thread-safety: pure functions.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "etl/parquet/footer_reader.h"

namespace varve::parquet {

// kCorrupt with path, offset and reason for pages that break the format; kInvalidArgument for a
// codec this program cannot read.
Status CheckPages(const FooterReader& file, size_t row_group, size_t column);

// CheckPages for every chunk, and every page index that the file has against its pages.
Status CheckFile(const FooterReader& file);

}  // namespace varve::parquet
