#pragma once
// Moves records from the spool to the sink: read a batch, write it, and only then acknowledge it.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "record/record.hpp"
#include "record/sink.hpp"
#include "spool/reader.hpp"

namespace jury {

// Only grow, but for the last three.
struct relay_counters {
  std::uint64_t stored = 0;
  std::uint64_t absorbed = 0;
  std::uint64_t dead = 0;
  std::uint64_t batches = 0;
  std::uint64_t failures = 0;              // of the sink, each followed by a pause
  std::uint64_t lag_records = 0;           // committed and not acknowledged
  std::chrono::nanoseconds oldest_age{0};  // since the decision of the oldest record not acknowledged; 0: none
  bool healthy = true;                     // the last write succeeded
};

struct relay_options {
  std::size_t batch_records = 512;
  // After a batch that was not full: lets the next one gather, so that a commit is shared.
  std::chrono::milliseconds linger{20};
  std::chrono::milliseconds shortest_retry{100};
  std::chrono::milliseconds longest_retry{30'000};
  // Dead letters that the sink refuses become files here.
  std::string dead_folder;
  // Called after each round. May be empty.
  std::function<void(const relay_counters&)> on_round;
  // Called with a sentence for a person: a dead letter, or a sink that needs somebody to act. May be empty.
  std::function<void(const std::string&)> alarm;
};

// Delivers at least once; the sink makes that once. A transient failure is tried again after a growing pause with
// jitter, for ever; a permanent one is narrowed down by halving the batch to the record that causes it, which becomes
// a dead letter; bytes that are no record become one too. Not thread-safe.
class relay {
 public:
  // Both must outlive the relay.
  relay(spool::reader& source, sink& target, relay_options options = {});

  // One round. Returns how long to wait before the next: nothing while there is more to do.
  std::chrono::milliseconds step();

  // Steps until `stop`, which is looked at several times a second; then drains.
  void run(const std::atomic<bool>& stop);

  // For a clean stop, after the writers are gone: steps until the spool is empty or the sink fails, and saves the
  // cursors. What the sink does not take stays in the spool.
  void drain();

  [[nodiscard]] const relay_counters& counters() const { return counters_; }

 private:
  std::chrono::milliseconds round();
  bool take_batch();
  sink_result<void> deliver(std::size_t begin, std::size_t end);
  sink_result<void> bury_undecodable();
  sink_result<void> bury(const spool::entry& entry, const dead_letter& letter);
  sink_result<void> bury_in_file(const spool::entry& entry, const dead_letter& letter) const;
  void acknowledge();
  std::chrono::milliseconds retry_after(const sink_error& problem);
  void report(const std::string& sentence) const;

  spool::reader* source_;
  sink* target_;
  relay_options options_;
  relay_counters counters_;
  std::minstd_rand random_;
  std::chrono::steady_clock::time_point refresh_at_{};
  unsigned attempts_ = 0;

  std::span<const spool::entry> entries_;  // the batch in hand; empty: none
  std::vector<record> records_;            // those of it that are records
  std::vector<spool::entry> sources_;      // the entry of each of records_
  struct rejected {
    spool::entry entry;
    std::string reason;
  };
  std::vector<rejected> undecodable_;
};

}  // namespace jury
