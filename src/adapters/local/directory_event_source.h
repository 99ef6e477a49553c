// DirectoryEventSource: what S3's event notifications are to a bucket, for a folder.
//
// Sends an ObjectCreated event into the queue for each file that is finished: told by inotify at
// once, and found by listing at the start, on schedule and whenever inotify lost something. Like
// S3's, events come at least once and in any order.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/local/directory_watcher.h"
#include "base/clock.h"
#include "ports/object_store.h"
#include "ports/queue.h"

namespace varve {

struct EventSourceSettings {
  // A listed file that changed less long ago may still be being written; it is looked at again.
  int64_t settle_us = 2 * kMicrosPerSecond;
  int64_t scan_every_us = 5 * kMicrosPerMinute;
};

// Not thread-safe. What it is made of must outlive it.
class DirectoryEventSource {
 public:
  // Whether the tracker knows that version already: a scan tells of no such file again.
  using Known = std::function<Result<bool>(const ObjectRef& ref)>;
  // The body of the message that tells of an object.
  using Body = std::function<std::string(const ObjectInfo& object)>;

  DirectoryEventSource(DirectoryWatcher& watcher, ObjectStore& store, Queue& queue,
                       const Clock& clock, EventSourceSettings settings, Known known, Body body)
      : watcher_(watcher),
        store_(store),
        queue_(queue),
        clock_(clock),
        settings_(settings),
        known_(std::move(known)),
        body_(std::move(body)) {}

  // Sends what there is to tell, at most one page of a scan; never waits. Gives the time to call
  // again at the latest (earlier when the watcher's descriptor is readable). After an error nothing
  // is lost: the next call goes on where this one stopped.
  Result<int64_t> Poll();

  // Lists everything again, as if the schedule said so.
  void ScanNow() { to_scan_.insert(""); }
  // Whether there is nothing left to list or send; young files make a scan unfinished.
  bool Idle() const { return !Scanning() && outbox_.empty() && young_.empty(); }

 private:
  bool Scanning() const { return scanned_.has_value() || !to_scan_.empty(); }
  Status TakeChanges();
  Status ScanPage();
  Status Consider(const ObjectInfo& object, int64_t now_us);
  Status LookAtYoung(int64_t now_us);
  Status SendOutbox();

  DirectoryWatcher& watcher_;
  ObjectStore& store_;
  Queue& queue_;
  const Clock& clock_;
  const EventSourceSettings settings_;
  const Known known_;
  const Body body_;

  std::set<std::string> to_scan_ = {""};  // prefixes
  std::optional<std::string> scanned_;    // the one being listed
  std::string after_;                     // where in it
  std::set<std::string> young_;           // keys to look at again
  int64_t young_at_us_ = 0;               // when
  int64_t last_scan_us_ = 0;
  std::deque<std::string> outbox_;  // bodies not sent yet
};

}  // namespace varve
