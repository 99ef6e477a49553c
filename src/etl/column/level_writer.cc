#include "etl/column/level_writer.h"

#include <algorithm>

namespace varve {
namespace {

void AppendStream(const Buffer& stream, Buffer* out) {
  out->AppendValue(static_cast<uint32_t>(stream.size()));
  out->Append(stream.data(), stream.size());
}

}  // namespace

LevelWriter::LevelWriter(std::vector<PathStep> steps) : steps_(std::move(steps)) {
  int definition = 0;
  for (const PathStep& step : steps_) {
    if (!step.is_required) ++definition;
    level_when_present_.push_back(definition);
    if (step.is_list) {
      ++definition;  // the repeated group
      ++max_repetition_;
    }
    repetition_of_.push_back(max_repetition_);
  }
  max_definition_ = definition;
  cursors_.resize(steps_.size());
}

void LevelWriter::Reset() { cursors_.assign(steps_.size(), Cursor{}); }

bool LevelCache::Entry::IsFor(const std::vector<PathStep>& wanted, uint32_t begin,
                              uint32_t end) const {
  if (row_begin != begin || row_end != end || steps.size() != wanted.size()) return false;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].is_list != wanted[i].is_list) return false;
    if (steps[i].is_required != wanted[i].is_required) return false;
    if (i + 1 == steps.size()) break;  // the leaf itself: its runs are compared
    if (steps[i].presence != wanted[i].presence) return false;
    if (steps[i].list_lengths != wanted[i].list_lengths) return false;
  }
  return leaf == *wanted.back().presence;
}

const LevelCache::Entry* LevelCache::Find(const std::vector<PathStep>& steps, uint32_t begin,
                                          uint32_t end) const {
  for (size_t i = 0; i < std::min(count_, kEntries); ++i) {
    const Entry& entry = entries_[(count_ - 1 - i) % kEntries];
    if (entry.IsFor(steps, begin, end)) return &entry;
  }
  return nullptr;
}

LevelPage LevelWriter::AppendPage(uint32_t row_begin, uint32_t row_end, Buffer* out,
                                  LevelCache* cache) {
  const bool remembers = cache != nullptr && cache->active_ && !steps_.back().is_list &&
                         steps_.back().presence != nullptr;
  if (!remembers) return MakePage(row_begin, row_end, out);
  if (const LevelCache::Entry* known = cache->Find(steps_, row_begin, row_end)) {
    out->Append(known->bytes.data(), known->bytes.size());
    cursors_ = known->cursors;
    return known->page;
  }
  const size_t begin = out->size();
  LevelPage page = MakePage(row_begin, row_end, out);
  LevelCache::Entry* entry = cache->Oldest();
  entry->row_begin = row_begin;
  entry->row_end = row_end;
  entry->steps = steps_;
  entry->leaf = *steps_.back().presence;
  entry->cursors = cursors_;
  entry->page = page;
  entry->bytes.Clear();
  entry->bytes.Append(out->data() + begin, out->size() - begin);
  return page;
}

LevelPage LevelWriter::MakePage(uint32_t row_begin, uint32_t row_end, Buffer* out) {
  definition_bytes_.Clear();
  repetition_bytes_.Clear();
  LevelRunEncoder definitions(BitWidthFor(static_cast<uint32_t>(max_definition_)),
                              &definition_bytes_);
  LevelRunEncoder repetitions(BitWidthFor(static_cast<uint32_t>(max_repetition_)),
                              &repetition_bytes_);
  definitions_ = &definitions;
  repetitions_ = &repetitions;
  page_ = LevelPage{};
  page_.definition_histogram.assign(static_cast<size_t>(max_definition_) + 1, 0);
  if (max_repetition_ > 0) {
    page_.repetition_histogram.assign(static_cast<size_t>(max_repetition_) + 1, 0);
  }
  next_repetition_ = 0;
  domain_repetition_ = 0;
  cursors_.back().run = 0;  // the leaf's runs are forgotten page by page
  EmitNode(0, row_begin, row_end, 0);
  definitions.Finish();
  repetitions.Finish();
  if (max_repetition_ > 0) AppendStream(repetition_bytes_, out);
  AppendStream(definition_bytes_, out);
  page_.null_count =
      page_.level_count - page_.definition_histogram[static_cast<size_t>(max_definition_)];
  return std::move(page_);
}

// Emits slots [begin, end) of the domain that step's node lives in, its parent being present.
void LevelWriter::EmitNode(size_t step, uint32_t begin, uint32_t end, int absent_level) {
  uint32_t position = begin;
  if (steps_[step].presence != nullptr) {
    steps_[step].presence->ForEach(begin, end, &cursors_[step].run, [&](SlotRun run) {
      if (run.begin > position) Emit(absent_level, run.begin - position);
      if (steps_[step].is_list) {
        EmitLists(step, run);
      } else if (step + 1 == steps_.size()) {
        Emit(max_definition_, run.end - run.begin);
      } else {
        EmitNode(step + 1, run.begin, run.end, level_when_present_[step]);
      }
      position = run.end;
    });
  }
  if (position < end) Emit(absent_level, end - position);
}

void LevelWriter::EmitLists(size_t step, SlotRun run) {
  Cursor& cursor = cursors_[step];
  const int outer_repetition = domain_repetition_;
  const int level = level_when_present_[step];
  for (uint32_t slot = run.begin; slot < run.end; ++slot) {
    const uint32_t length = (*steps_[step].list_lengths)[cursor.list++];
    if (length == 0) {
      Emit(level, 1);
      continue;
    }
    const uint32_t first = cursor.element;
    cursor.element += length;
    domain_repetition_ = repetition_of_[step];
    EmitNode(step + 1, first, first + length, level + 1);
    domain_repetition_ = outer_repetition;
    next_repetition_ = outer_repetition;
  }
}

void LevelWriter::Emit(int definition, uint32_t count) {
  definitions_->Add(static_cast<uint32_t>(definition), count);
  page_.level_count += count;
  page_.definition_histogram[static_cast<size_t>(definition)] += count;
  if (max_repetition_ == 0) return;
  repetitions_->Add(static_cast<uint32_t>(next_repetition_), 1);
  page_.repetition_histogram[static_cast<size_t>(next_repetition_)] += 1;
  if (count > 1) {
    repetitions_->Add(static_cast<uint32_t>(domain_repetition_), count - 1);
    page_.repetition_histogram[static_cast<size_t>(domain_repetition_)] += count - 1;
  }
  next_repetition_ = domain_repetition_;
}

}  // namespace varve
