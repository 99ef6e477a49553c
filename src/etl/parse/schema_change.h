// The slow side of the row kernels: values and keys that the speculated schema does not hold.
//
// Shared by the kernels of every SIMD level; nothing here runs once the schema has settled.
#pragma once

#include <cstdint>
#include <string_view>

#include "etl/parse/row_state.h"

namespace varve {

// What kind of value stands at `p`: its facts, or 0 for null. On error sets state's code.
Facts ClassifyValue(RowState* state, const uint8_t* p, int depth);

// Widens `node` by `facts`, or asks for the line to be checked first: false with code kDeviates
// (not yet known to be valid) or kSchemaMismatch (the type was given).
bool Widen(RowState* state, Node* node, Facts facts, const uint8_t* at);

// The field for a key not met before in `object`; null with state's code set when it may not be
// added (see RowState::may_change and pinned).
ObjectField* NewField(RowState* state, Node* object, std::string_view key, const uint8_t* at);

// Remembers that the bytes [from, to) led to `field`.
void LearnEdge(Edges* edges, const uint8_t* from, const uint8_t* to, ObjectField* field);

// A value of another JSON type for a column whose type was given: stores it when it stands for a
// value of that type exactly ("12" in an int64 column, 12 in a string column), rescues it when that
// was asked for. Gives the byte after the value, or null with kSchemaMismatch.
const uint8_t* StorePinned(RowState* state, Node* node, const uint8_t* p, uint32_t slot, int depth);

// Keeps the value at `p` in the row's rescued members under `node`'s path, extended by `key` when
// that is not null. Gives the byte after the value, or null with kDeviates until the line is known
// to be valid.
const uint8_t* Rescue(RowState* state, const Node& node, const std::string_view* key,
                      const uint8_t* p);

}  // namespace varve
