#include "etl/convert/pass.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "etl/convert/line_origins.h"

namespace varve {
namespace {

class Pass {
 public:
  Pass(Source* source, const std::vector<std::string>& inputs, const ObservedNode& schema,
       const PassOptions& options, PassConsumer* consumer, Progress* progress,
       const std::atomic<bool>* cancel)
      : source_(source),
        inputs_(inputs),
        schema_(schema),
        options_(options),
        consumer_(consumer),
        progress_(progress),
        cancel_(cancel) {}

  Status Run() {
    std::vector<std::thread> threads;
    for (int i = 1; i < options_.threads; ++i) threads.emplace_back([this] { Work(); });
    Work();
    for (std::thread& thread : threads) thread.join();
    if (error_.has_value()) return *error_;
    if (Cancelled()) return Error{Code::kCancelled, "interrupted; nothing was written"};
    return Ok{};
  }

 private:
  class Collector : public RowSink {
   public:
    void OnBadLine(BadLine line) override { result.bad_lines.push_back(std::move(line)); }
    void OnRowGroup(RowGroup group) override { result.row_groups.push_back(std::move(group)); }
    SegmentResult result;
  };

  bool Cancelled() const { return cancel_ != nullptr && cancel_->load(std::memory_order_relaxed); }

  bool Stopped() {
    const std::lock_guard lock(mutex_);
    return error_.has_value() || Cancelled();
  }

  void Stop(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_.has_value()) error_ = std::move(error);
    turn_.notify_all();
  }

  void Work() {
    WorkUntilDone();
    // Whoever waits must look again: the segment it waits for may never come.
    const std::lock_guard lock(mutex_);
    turn_.notify_all();
  }

  void WorkUntilDone() {
    Collector collector;
    RowParser parser(options_.parser, schema_, &collector);
    while (!Stopped()) {
      const std::unique_ptr<SegmentReader> segment = source_->Claim();
      if (segment == nullptr) return;
      collector.result = SegmentResult();
      collector.result.group = segment->group();
      {
        const std::lock_guard lock(mutex_);
        if (!consumer_->WantsOutput()) parser.DiscardOutput();
      }
      if (!Parse(segment.get(), &parser, &collector)) return;
      if (parser.column_count() > options_.columns_max) {
        Stop(Error{Code::kLimit,
                   "more than " + std::to_string(options_.columns_max) +
                       " columns; are keys used as data? Lower --map-keys so that such objects "
                       "become JSON text, or raise --max-columns"});
        return;
      }
      Deliver(segment->index(), std::move(collector.result), parser.Observed());
    }
  }

  // False when the pass was stopped under way.
  bool Parse(SegmentReader* segment, RowParser* parser, Collector* collector) {
    SegmentResult& result = collector->result;
    if (options_.needs_line_numbers && !WaitForTurn(segment->index())) return false;
    Block block;
    std::optional<OriginReader> origins;
    while (segment->Next(&block)) {
      if (result.files.empty() || result.files.back().file != block.file) {
        result.files.push_back({block.file, {}});
      }
      LineCounts& counts = result.files.back().counts;
      const uint64_t before = options_.needs_line_numbers ? LinesBefore(block.file) : 0;
      LineCounts added;
      if (options_.routed == nullptr) {
        std::string_view name;
        if (block.file < inputs_.size()) name = inputs_[block.file];
        added = parser->ParseBlock(block, before + counts.lines, name);
      } else if (Status parsed = ParseRouted(block, parser, collector, &origins, &added);
                 !parsed.ok()) {
        Stop(std::move(parsed).error());
        return false;
      }
      if (options_.needs_line_numbers) {
        for (size_t i = result.bad_lines.size() - added.quarantined; i < result.bad_lines.size();
             ++i) {
          result.bad_lines[i].line -= before;
        }
      }
      counts.Add(added);
      if (progress_ != nullptr) {
        progress_->rows_done.fetch_add(added.rows, std::memory_order_relaxed);
        progress_->bytes_done.store(source_->stored_bytes_read(), std::memory_order_relaxed);
      }
      if (Cancelled()) return false;
    }
    parser->FinishRowGroup();
    return !Cancelled();
  }

  // Line by line: neighbours in a spill file have their own numbers.
  Status ParseRouted(const Block& block, RowParser* parser, Collector* collector,
                     std::optional<OriginReader>* origins, LineCounts* added) {
    std::vector<BadLine>& bad_lines = collector->result.bad_lines;
    const uint64_t lines_before = collector->result.files.back().counts.lines;
    if (!origins->has_value()) {
      VARVE_ASSIGN_OR_RETURN(*origins,
                             OriginReader::Open(options_.routed->origin_paths[block.file]));
      const uint64_t first_line = std::max<uint64_t>(block.file_offset, kSpillHeaderBytes);
      VARVE_RETURN_IF_ERROR((*origins)->Seek(first_line));
    }
    Block line = block;
    for (size_t at = 0; at < block.size; at += line.size) {
      line.data = block.data + at;
      line.file_offset = block.file_offset + at;
      const void* newline = std::memchr(line.data, '\n', block.size - at);
      line.size = static_cast<size_t>(static_cast<const char*>(newline) - line.data) + 1;
      LineOrigin origin;
      if (line.file_offset != 0) VARVE_RETURN_IF_ERROR((*origins)->Next(&origin));
      const LineCounts counts =
          parser->ParseBlock(line, origin.line, options_.origin_names[origin.file]);
      if (counts.quarantined > 0) bad_lines.back().line = lines_before + added->lines;
      added->Add(counts);
    }
    return Ok{};
  }

  uint64_t LinesBefore(uint32_t file) {
    const std::lock_guard lock(mutex_);
    return consumer_->LinesBefore(file);
  }

  bool WaitForTurn(uint64_t index) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return next_ == index || error_.has_value() || Cancelled(); });
    return next_ == index && !error_.has_value();
  }

  // Hands over segment `index` and whatever finished early and waits behind it.
  void Deliver(uint64_t index, SegmentResult result, const ObservedNode& observed) {
    std::unique_lock lock(mutex_);
    consumer_->OnObserved(observed);
    waiting_.emplace(index, std::move(result));
    while (!error_.has_value() && !waiting_.empty() && waiting_.begin()->first == next_) {
      SegmentResult ready = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      if (Status taken = consumer_->OnSegment(std::move(ready)); !taken.ok()) {
        error_ = std::move(taken).error();
      }
      ++next_;
    }
    turn_.notify_all();
    const uint64_t ahead_max = 2 * static_cast<uint64_t>(options_.threads);
    turn_.wait(lock,
               [&] { return error_.has_value() || Cancelled() || index < next_ + ahead_max; });
  }

  Source* source_;
  const std::vector<std::string>& inputs_;
  const ObservedNode& schema_;
  const PassOptions& options_;
  PassConsumer* consumer_;
  Progress* progress_;
  const std::atomic<bool>* cancel_;

  std::mutex mutex_;
  std::condition_variable turn_;
  std::map<uint64_t, SegmentResult> waiting_;
  uint64_t next_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Status RunPass(Source* source, const std::vector<std::string>& inputs, const ObservedNode& schema,
               const PassOptions& options, PassConsumer* consumer, Progress* progress,
               const std::atomic<bool>* cancel) {
  return Pass(source, inputs, schema, options, consumer, progress, cancel).Run();
}

}  // namespace varve
