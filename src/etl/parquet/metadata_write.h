// Serialises the structs of metadata.h in the Thrift compact protocol. Thread-safety: none.
#pragma once

#include "base/buffer.h"
#include "etl/parquet/metadata.h"

namespace varve::parquet {

void AppendFileMetadata(const FileMetadata& metadata, Buffer* out);
void AppendColumnIndex(const ColumnIndex& index, Buffer* out);
void AppendOffsetIndex(const OffsetIndex& index, Buffer* out);

}  // namespace varve::parquet
