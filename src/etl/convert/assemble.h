// Assemble: puts a worker's row group into the final schema.
#pragma once

#include <optional>

#include "etl/column/page_settings.h"
#include "etl/parquet/chunk.h"
#include "etl/parse/row_group.h"
#include "etl/schema/observed_schema.h"
#include "model/schema.h"

namespace varve {

// True when every value of `group` is held by the column it has in `schema`, so that Assemble can
// complete it; false when the input must be read again. `observed` is what `schema` was made from.
bool Fits(const RowGroup& group, const Schema& schema, const ObservedNode& observed);

// The row group's chunks in schema order; columns it lacks become all null. Takes the chunks out of
// `group`, which must fit.
parquet::EncodedRowGroup Assemble(RowGroup group, const Schema& schema, const PageSettings& pages,
                                  PageScratch* scratch);

}  // namespace varve
