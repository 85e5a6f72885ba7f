#include "record/relay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.hpp"

namespace jury {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto refresh_interval = std::chrono::seconds(1);
constexpr milliseconds stop_interval{100};  // how late a stop may be noticed

}  // namespace

relay::relay(spool::reader& source, sink& target, relay_options options)
    : source_(&source), target_(&target), options_(std::move(options)), random_(std::random_device{}()) {}

milliseconds relay::step() {
  const milliseconds pause = round();
  if (options_.on_round) options_.on_round(counters_);
  return pause;
}

milliseconds relay::round() {
  if (steady_clock::now() >= refresh_at_ && entries_.empty()) {
    source_->refresh();
    refresh_at_ = steady_clock::now() + refresh_interval;
  }
  const bool is_new = entries_.empty();
  if (is_new && !take_batch()) {
    counters_.oldest_age = std::chrono::nanoseconds(0);
    counters_.lag_records = source_->statistics().backlog_records;
    return options_.linger;
  }
  auto done = deliver(0, records_.size());
  if (done) done = bury_undecodable();
  if (!done) return retry_after(done.error());

  ++counters_.batches;
  counters_.healthy = true;
  attempts_ = 0;
  // A batch may also end early, at the end of what was read at once.
  const bool was_full = entries_.size() >= options_.batch_records;
  acknowledge();
  return was_full || counters_.lag_records >= options_.batch_records ? milliseconds(0) : options_.linger;
}

// The entries' bytes stay valid: the source is not asked for more before the batch is acknowledged.
bool relay::take_batch() {
  entries_ = source_->next(options_.batch_records);
  records_.clear();
  sources_.clear();
  undecodable_.clear();
  for (const spool::entry& entry : entries_) {
    if (auto decoded = decode(entry.payload)) {
      records_.push_back(std::move(*decoded));
      sources_.push_back(entry);
    } else {
      undecodable_.push_back({entry, std::move(decoded.error().message)});
    }
  }
  return !entries_.empty();
}

// Writes records [begin, end). What a failure leaves undone is delivered again with the whole batch, and absorbed.
sink_result<void> relay::deliver(std::size_t begin, std::size_t end) {
  if (begin == end) return {};
  const auto written = target_->write(std::span(records_).subspan(begin, end - begin));
  if (written) {
    counters_.stored += written->stored;
    counters_.absorbed += written->absorbed;
    counters_.dead += written->dead;
    if (written->dead > 0)
      report(fmt::format("{} record(s) came under the id of a stored one with other content: see the dead letters",
                         written->dead));
    return {};
  }
  if (written.error().kind != sink_failure::permanent) return std::unexpected(written.error());
  if (end - begin == 1)
    return bury(sources_[begin], {.decision_id = records_[begin].decision_id,
                                  .reason = written.error().message,
                                  .payload = sources_[begin].payload});
  const std::size_t middle = begin + (end - begin) / 2;
  if (auto left = deliver(begin, middle); !left) return left;
  return deliver(middle, end);
}

sink_result<void> relay::bury_undecodable() {
  for (const auto& [entry, reason] : undecodable_) {
    if (auto buried = bury(entry, {.decision_id = {}, .reason = reason, .payload = entry.payload}); !buried)
      return buried;
  }
  return {};
}

sink_result<void> relay::bury(const spool::entry& entry, const dead_letter& letter) {
  auto buried = target_->bury(letter);
  if (!buried && buried.error().kind == sink_failure::permanent) buried = bury_in_file(entry, letter);
  if (!buried) return buried;
  ++counters_.dead;
  report(fmt::format("dead letter from spool directory {:04}, record {}: {}", entry.directory, entry.sequence,
                     letter.reason));
  return {};
}

sink_result<void> relay::bury_in_file(const spool::entry& entry, const dead_letter& letter) const {
  const auto path = fmt::format("{}/{:04}-{}.record", options_.dead_folder, entry.directory, entry.sequence);
  std::error_code code;
  std::filesystem::create_directories(options_.dead_folder, code);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(letter.payload.data()), static_cast<std::streamsize>(letter.payload.size()));
  file.close();
  if (!file) return std::unexpected(sink_error{sink_failure::configuration, "write the dead letter " + path});
  return {};
}

void relay::acknowledge() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool is_last_of_directory = i + 1 == entries_.size() || entries_[i + 1].directory != entries_[i].directory;
    if (is_last_of_directory) source_->acknowledge(entries_[i].directory, entries_[i].sequence);
  }
  entries_ = {};
  counters_.lag_records = source_->statistics().backlog_records;
  // What still waits was decided at about the time of the last record delivered, or after it.
  const bool waits = counters_.lag_records > 0 && !records_.empty();
  counters_.oldest_age =
      std::chrono::nanoseconds(waits ? std::max<std::int64_t>(0, unix_nanoseconds() - records_.back().decided_at) : 0);
}

milliseconds relay::retry_after(const sink_error& problem) {
  ++counters_.failures;
  counters_.healthy = false;
  counters_.lag_records = source_->statistics().backlog_records;
  if (!records_.empty()) {
    const auto oldest = std::ranges::min_element(records_, {}, &record::decided_at)->decided_at;
    counters_.oldest_age = std::chrono::nanoseconds(std::max<std::int64_t>(0, unix_nanoseconds() - oldest));
  }
  if (attempts_ == 0 || problem.kind != sink_failure::transient) report("the sink takes nothing: " + problem.message);
  const milliseconds longest =
      std::min(options_.longest_retry, options_.shortest_retry * (1U << std::min(attempts_, 16U)));
  ++attempts_;
  // Between half and all of it, so that several recorders do not come back together.
  std::uniform_int_distribution<milliseconds::rep> jitter(longest.count() / 2, longest.count());
  return milliseconds(jitter(random_));
}

void relay::report(const std::string& sentence) const {
  if (options_.alarm) options_.alarm(sentence);
}

void relay::run(const std::atomic<bool>& stop) {
  while (!stop.load(std::memory_order_relaxed)) {
    const auto until = steady_clock::now() + step();
    while (!stop.load(std::memory_order_relaxed) && steady_clock::now() < until)
      std::this_thread::sleep_for(std::min<steady_clock::duration>(stop_interval, until - steady_clock::now()));
  }
  drain();
}

void relay::drain() {
  source_->refresh();
  for (auto before = counters_.batches;; before = counters_.batches) {
    step();
    if (counters_.batches == before) break;
  }
  if (counters_.healthy) source_->refresh();
  if (const auto saved = source_->save_cursors(); !saved) report(saved.error().message);
}

}  // namespace jury
