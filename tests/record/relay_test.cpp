#include "record/relay.hpp"

#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "record/sqlite_sink.hpp"
#include "support.hpp"

namespace jury {
namespace {

using std::chrono::milliseconds;

// Remembers what it is given and fails as it is told.
class recording_sink : public sink {
 public:
  sink_result<delivered> write(std::span<const record> batch) override {
    ++writes;
    if (before_write) before_write();
    if (!failures.empty()) {
      const sink_error failure = failures.front();
      failures.pop_front();
      return std::unexpected(failure);
    }
    for (const record& one : batch)
      if (one.decision == poison) return std::unexpected(sink_error{sink_failure::permanent, "poison"});
    delivered total;
    for (const record& one : batch) {
      const bool is_new = stored.emplace(one.decision_id, one.decision).second;
      ++(is_new ? total.stored : total.absorbed);
    }
    if (after_write) after_write();
    return total;
  }
  sink_result<void> bury(const dead_letter& letter) override {
    if (bury_failure) return std::unexpected(*bury_failure);
    buried.emplace_back(reinterpret_cast<const char*>(letter.payload.data()), letter.payload.size());
    return {};
  }

  std::deque<sink_error> failures;
  std::optional<sink_error> bury_failure;
  std::string poison = "poison";
  std::function<void()> before_write;
  std::function<void()> after_write;
  std::map<uuid, std::string> stored;
  std::vector<std::string> buried;
  int writes = 0;
};

record decided(unsigned number, const std::string& decision = "approve") {
  record one = full_record(number);
  one.decision = decision;
  return one;
}

class relay_test : public testing::Test {
 protected:
  relay make(relay_options options = {}) {
    options.alarm = [this](const std::string& sentence) { alarms.push_back(sentence); };
    options.dead_folder = spool.folder() + "/dead";
    return {*spool.reader, sink, std::move(options)};
  }
  std::uint64_t backlog() { return spool.reader->statistics().backlog_records; }

  spooled spool;
  recording_sink sink;
  std::vector<std::string> alarms;
};

TEST_F(relay_test, moves_records_to_the_sink_and_frees_them) {
  auto relay = make();
  for (unsigned i = 0; i < 5; ++i) spool.put(decided(i));
  EXPECT_EQ(relay.step(), relay_options().linger);
  EXPECT_EQ(sink.stored.size(), 5U);
  EXPECT_EQ(sink.writes, 1);
  EXPECT_EQ(relay.counters().stored, 5U);
  EXPECT_EQ(relay.counters().lag_records, 0U);
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(relay_test, goes_on_at_once_after_a_full_batch) {
  auto relay = make({.batch_records = 2});
  for (unsigned i = 0; i < 3; ++i) spool.put(decided(i));
  EXPECT_EQ(relay.step(), milliseconds(0));
  EXPECT_GT(relay.step(), milliseconds(0));
  EXPECT_EQ(sink.stored.size(), 3U);
}

TEST_F(relay_test, acknowledges_only_after_the_write) {
  auto relay = make();
  spool.put(decided(1));
  sink.before_write = [&] { EXPECT_EQ(backlog(), 1U); };
  sink.after_write = [&] { EXPECT_EQ(backlog(), 1U); };
  relay.step();
  EXPECT_EQ(sink.writes, 1);
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(relay_test, a_crash_between_write_and_acknowledgement_redelivers_and_is_absorbed) {
  struct crash {};
  spool.put(decided(1));
  spool.put(decided(2));
  sink.after_write = [] { throw crash(); };
  {
    auto relay = make();
    EXPECT_THROW(relay.step(), crash);
  }
  sink.after_write = nullptr;
  spool.open_reader();
  auto relay = make();
  relay.step();
  EXPECT_EQ(relay.counters().absorbed, 2U);
  EXPECT_EQ(relay.counters().stored, 0U);
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(relay_test, tries_again_after_a_transient_failure_with_growing_pauses) {
  auto relay = make();
  spool.put(decided(1));
  for (int i = 0; i < 12; ++i) sink.failures.push_back({sink_failure::transient, "down"});
  milliseconds longest{0};
  for (int i = 0; i < 12; ++i) {
    const auto pause = relay.step();
    const auto bound = std::min(milliseconds(30'000), milliseconds(100) * (1 << i));
    EXPECT_GE(pause, bound / 2);
    EXPECT_LE(pause, bound);
    longest = std::max(longest, pause);
    EXPECT_FALSE(relay.counters().healthy);
    EXPECT_GT(relay.counters().lag_records, 0U);
  }
  EXPECT_GE(longest, milliseconds(15'000));
  EXPECT_EQ(alarms.size(), 1U);
  relay.step();
  EXPECT_EQ(sink.stored.size(), 1U);
  EXPECT_TRUE(relay.counters().healthy);
  EXPECT_EQ(relay.counters().failures, 12U);
}

TEST_F(relay_test, knows_the_age_of_the_oldest_record_while_the_sink_is_down) {
  auto relay = make();
  record old = decided(1);
  old.decided_at = 1'000'000'000'000'000'000;  // 2001
  spool.put(old);
  sink.failures.push_back({sink_failure::transient, "down"});
  relay.step();
  EXPECT_GT(relay.counters().oldest_age, std::chrono::hours(24 * 365 * 20));
  relay.step();
  EXPECT_EQ(relay.counters().oldest_age, milliseconds(0));
}

TEST_F(relay_test, a_sink_that_is_set_up_wrongly_buries_nothing) {
  auto relay = make();
  spool.put(decided(1));
  for (int i = 0; i < 3; ++i) sink.failures.push_back({sink_failure::configuration, "no such table"});
  for (int i = 0; i < 3; ++i) relay.step();
  EXPECT_TRUE(sink.buried.empty());
  EXPECT_EQ(backlog(), 1U);
  EXPECT_EQ(alarms.size(), 3U);
  relay.step();
  EXPECT_EQ(sink.stored.size(), 1U);
}

TEST_F(relay_test, buries_the_one_record_that_the_sink_never_takes) {
  for (unsigned at = 0; at < 7; ++at) {
    SCOPED_TRACE(at);
    sink.stored.clear();
    sink.buried.clear();
    auto relay = make();
    for (unsigned i = 0; i < 7; ++i) spool.put(decided(i, i == at ? "poison" : "approve"));
    relay.step();
    EXPECT_EQ(sink.stored.size(), 6U);
    EXPECT_EQ(sink.buried, std::vector{encoded(decided(at, "poison"))});
    EXPECT_EQ(relay.counters().dead, 1U);
    EXPECT_EQ(backlog(), 0U);
  }
}

TEST_F(relay_test, buries_bytes_that_are_no_record) {
  auto relay = make();
  spool.put(decided(1));
  spool.put("no record at all");
  spool.put(decided(2));
  relay.step();
  EXPECT_EQ(sink.stored.size(), 2U);
  EXPECT_EQ(sink.buried, std::vector<std::string>{"no record at all"});
  EXPECT_EQ(relay.counters().dead, 1U);
  EXPECT_EQ(alarms.size(), 1U);
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(relay_test, a_dead_letter_is_not_acknowledged_before_it_is_buried) {
  auto relay = make();
  spool.put(decided(1, "poison"));
  sink.bury_failure = sink_error{sink_failure::transient, "down"};
  relay.step();
  EXPECT_EQ(backlog(), 1U);
  sink.bury_failure.reset();
  relay.step();
  EXPECT_EQ(sink.buried.size(), 1U);
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(relay_test, a_dead_letter_that_the_sink_refuses_becomes_a_file) {
  auto relay = make();
  spool.put("no record at all");
  sink.bury_failure = sink_error{sink_failure::permanent, "too big"};
  relay.step();
  EXPECT_EQ(backlog(), 0U);
  std::ifstream file(spool.folder() + "/dead/0000-1.record");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "no record at all");
}

TEST_F(relay_test, drains_until_the_spool_is_empty) {
  auto relay = make({.batch_records = 3});
  for (unsigned i = 0; i < 100; ++i) spool.put(decided(i));
  spool.writer.reset();
  relay.drain();
  EXPECT_EQ(sink.stored.size(), 100U);
  EXPECT_TRUE(
      spool::list_segments(spool::file_system::posix(), spool::directory_path(spool.root(), 0)).value().empty());
}

TEST_F(relay_test, a_drain_ends_when_the_sink_fails) {
  auto relay = make();
  spool.put(decided(1));
  sink.failures.push_back({sink_failure::transient, "down"});
  relay.drain();
  EXPECT_EQ(backlog(), 1U);
}

TEST_F(relay_test, runs_until_it_is_stopped_and_delivers_what_came_meanwhile) {
  auto relay = make();
  std::atomic<bool> stop = false;
  std::jthread recorder([&] { relay.run(stop); });
  for (unsigned i = 0; i < 200; ++i) spool.put(decided(i));
  stop = true;
  recorder.join();
  EXPECT_EQ(sink.stored.size(), 200U);
}

TEST_F(relay_test, alarms_when_an_id_comes_with_other_content) {
  auto opened = sqlite_sink::open(spool.folder() + "/decisions.db");
  ASSERT_TRUE(opened);
  relay relay(*spool.reader, *opened, {.alarm = [this](const std::string& sentence) { alarms.push_back(sentence); }});
  spool.put(decided(1, "approve"));
  spool.put(decided(1, "reject"));
  relay.step();
  EXPECT_EQ(relay.counters().stored, 1U);
  EXPECT_EQ(relay.counters().dead, 1U);
  EXPECT_EQ(alarms.size(), 1U);
}

}  // namespace
}  // namespace jury
