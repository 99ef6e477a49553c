// LevelWriter: definition and repetition levels of one leaf, made from presence runs.
//
// Levels exist only here, for the rows of the page being written: they are derived from the runs of
// the leaf and its ancestors instead of being kept per value. Dremel encoding as in Encodings.md
// and "Nested Encoding" of apache/parquet-format; every node is OPTIONAL but the keys of maps,
// lists and maps have three levels.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "etl/column/presence.h"
#include "etl/encode/rle_hybrid.h"

namespace varve {

// One node on the way from the root to a leaf. Pointers are to the row group's own structures; a
// null presence means the node never occurred in this row group.
struct PathStep {
  const Presence* presence = nullptr;
  const std::vector<uint32_t>* list_lengths = nullptr;  // lists: length of each present list
  bool is_list = false;                                 // or a map, a list of keys and values
  bool is_required = false;                             // a map's key: present at every slot
};

struct LevelPage {
  uint64_t level_count = 0;
  uint64_t null_count = 0;
  std::vector<uint64_t> definition_histogram;
  std::vector<uint64_t> repetition_histogram;
};

class LevelCache;

class LevelWriter {
 public:
  // The last step is the leaf.
  explicit LevelWriter(std::vector<PathStep> steps);

  int max_definition_level() const { return max_definition_; }
  int max_repetition_level() const { return max_repetition_; }

  // Appends the page's levels for rows [row_begin, row_end) to *out in data page V1 form (each
  // stream with its 4-byte length; a stream whose maximum level is 0 is left out). Row ranges of
  // successive calls must follow each other.
  LevelPage AppendPage(uint32_t row_begin, uint32_t row_end, Buffer* out,
                       LevelCache* cache = nullptr);

  // Begins a new row group.
  void Reset();

 private:
  struct Cursor {
    size_t run = 0;
    size_t list = 0;       // present lists consumed
    uint32_t element = 0;  // element slots consumed
  };

  friend class LevelCache;

  LevelPage MakePage(uint32_t row_begin, uint32_t row_end, Buffer* out);
  void EmitNode(size_t step, uint32_t begin, uint32_t end, int absent_level);
  void EmitLists(size_t step, SlotRun run);
  void Emit(int definition, uint32_t count);

  std::vector<PathStep> steps_;
  std::vector<int> level_when_present_;
  std::vector<int> repetition_of_;  // lists: the repetition level of their elements
  std::vector<Cursor> cursors_;
  int max_definition_ = 0;
  int max_repetition_ = 0;

  // While a page is written:
  LevelRunEncoder* definitions_ = nullptr;
  LevelRunEncoder* repetitions_ = nullptr;
  LevelPage page_;
  int next_repetition_ = 0;
  int domain_repetition_ = 0;
  Buffer definition_bytes_;
  Buffer repetition_bytes_;
};

// The levels of the leaves whose pages were written last. Keys of one object come and go together,
// so most leaves of a sparse record have the levels of the leaf before (levels were 28% of the
// instructions on mixed records, 32% on records of 700 paths).
class LevelCache {
 public:
  // While a scope lives, pages are remembered and used again. No value may be added to any column
  // meanwhile, nor any node go away.
  class Scope {
   public:
    explicit Scope(LevelCache* cache) : cache_(cache) {
      cache_->active_ = true;
      cache_->count_ = 0;
    }
    ~Scope() { cache_->active_ = false; }
    Scope(const Scope&) = delete;

   private:
    LevelCache* cache_;
  };

 private:
  friend class LevelWriter;

  struct Entry {
    uint32_t row_begin = 0;
    uint32_t row_end = 0;
    std::vector<PathStep> steps;
    Presence leaf;
    std::vector<LevelWriter::Cursor> cursors;
    LevelPage page;
    Buffer bytes;

    bool IsFor(const std::vector<PathStep>& wanted, uint32_t begin, uint32_t end) const;
  };

  static constexpr size_t kEntries = 6;  // leaves that are often absent come between the others

  const Entry* Find(const std::vector<PathStep>& steps, uint32_t begin, uint32_t end) const;
  Entry* Oldest() { return &entries_[count_++ % kEntries]; }

  std::array<Entry, kEntries> entries_;
  size_t count_ = 0;  // remembered since the scope began
  bool active_ = false;
};

}  // namespace varve
