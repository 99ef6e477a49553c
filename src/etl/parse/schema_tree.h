// SchemaTree: the speculated schema as one worker sees it, with the state of its open row group.
//
// Each node is a place where a value may stand; it knows which type is expected there and owns the
// column being built. Each object field remembers the keys that followed it before, as the exact
// bytes between the two values, so that on the next row one comparison replaces reading, hashing
// and looking up the key. (Against hashing every key: parse +25-100%; a trie of whole shapes gained
// 0-5% more and collapsed on shuffled keys.) Thread-safety: none; one tree a worker.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "etl/column/leaf_builder.h"
#include "etl/column/presence.h"
#include "etl/parse/key_set.h"
#include "etl/schema/facts.h"
#include "etl/source/source.h"
#include "model/schema.h"

namespace varve {

// What the parser does with the value at a node: its type, with text kept apart by source.
enum class Action : uint8_t {
  kUnknown,
  kBool,
  kInt64,
  kDouble,
  kDecimal,
  kNumberText,  // string column holding the source text of numbers
  kString,
  kTimestampUtc,
  kTimestampLocal,
  kDate,
  kJson,
  kStruct,
  kList,
  kMap,  // for the columns a list of keys and values
};

// Whether the values below such a node have slots of their own, not those of the node.
inline bool IsRepeated(Action action) { return action == Action::kList || action == Action::kMap; }

Action ActionOf(Facts facts);

struct Node;
struct ObjectField;
struct MapKeys;

// From one value to the next: the bytes between them, as `,"key":` or `{"key":`.
struct Edge {
  // The bytes beyond the first 32 are compared at once, also where the input ends before them.
  static constexpr uint32_t kMaxLength = 32 + kBlockPadding;
  uint8_t head[32] = {0xFF};  // the first bytes; unused: 0xFF, which no UTF-8 text holds
  uint32_t head_length = 1;   // 1..32
  uint32_t length = 1;        // of head and tail
  ObjectField* to = nullptr;
  std::unique_ptr<uint8_t[]> tail;  // the bytes beyond 32, if any
};

using Edges = std::array<Edge, 4>;  // most recently learned first

struct Node {
  Action action = Action::kUnknown;
  bool pinned = false;  // the type was given: what does not fit is refused, not widened to
  bool cast = false;    // given by a cast: text that spells a value of the type is one
  Facts facts = 0;
  std::unique_ptr<LeafBuilder> leaf;  // scalars and JSON text; null while kUnknown
  Presence presence;                  // kStruct, kList, kMap: where the value is not null

  int precision = 0;       // kDecimal
  int scale = 0;           // kDecimal
  Node* parent = nullptr;  // null for the root

  Edges first;  // kStruct: how an object begins
  std::vector<std::unique_ptr<ObjectField>> fields;
  std::unordered_map<std::string_view, ObjectField*> field_of_key;

  std::unique_ptr<Node> element;  // kList; kMap: the value
  std::unique_ptr<MapKeys> keys;  // kMap
  std::vector<uint32_t> list_lengths;
  uint32_t element_slots = 0;
  uint32_t first_slot_of_list = 0;    // element_slots where the list or map under way began
  uint32_t list_row_serial = 0;       // the row that used this list or map last,
  uint32_t element_slots_at_row = 0;  // and element_slots before it

  Node();
  ~Node();
};

struct ObjectField {
  uint64_t seen_in = 0;                  // serial number of the object that had this key last
  uint32_t min_position = ~uint32_t{0};  // earliest place among the keys of any object
  Node node;
  Edges next;
  std::string key;  // unescaped
};

struct MapKeys {
  Node column;  // required strings
  KeySet seen;  // of the object under way
};

class SchemaTree {
 public:
  explicit SchemaTree(const PageSettings& settings);

  Node& root() { return *root_; }
  const Node& root() const { return *root_; }

  ObjectField* AddField(Node* object, std::string_view key);
  Node* EnsureElement(Node* list);  // or map

  // Containers nested so deeply that readers refuse the file (pyarrow: beyond 100 levels of schema)
  // or do not come to an end (DuckDB's time doubles with every list: 19 s at 26) become JSON text.
  static constexpr int kSchemaLevelsMax = 40;

  // Makes `node` expect what `facts` demand. True when the node already held values of another
  // type in this row group, which are then lost: the row group must not be used.
  bool Retype(Node* node, Facts facts);

  // Takes back what the row under way added. `row` is its number, `row_serial` its serial.
  void Rollback(uint32_t row, uint32_t row_serial);

  // Columns that want to end their page.
  std::vector<LeafBuilder*>& flush_queue() { return flush_queue_; }
  void FlushQueued(uint32_t row_end, PageScratch* scratch);
  void FlushOld(uint32_t row_end, PageScratch* scratch);

  size_t leaf_count() const { return leaves_.size(); }

  // Forgets the row group's values; the schema and what was learned of the input's shape stay.
  void ClearRowGroup();

 private:
  struct LeafPlace {
    LeafBuilder* leaf;
    Node* node;
    Node* list;  // the innermost list or map around it, or null: its slots are rows
  };

  void MakeLeaf(Node* node);
  void MakeKeys(Node* map);
  void DropLeaves(Node* node);
  static void FlushOldBelow(Node* node, const Node* list, uint32_t row_end, PageScratch* scratch);
  uint32_t NextSlot(const LeafPlace& place, uint32_t row_end) const;

  const PageSettings& settings_;
  std::unique_ptr<Node> root_;
  std::vector<LeafBuilder*> flush_queue_;
  std::unordered_map<LeafBuilder*, LeafPlace> leaves_;
};

// The steps from the root (exclusive) to `node`, for a LevelWriter.
std::vector<PathStep> PathTo(const Node& node);

}  // namespace varve
