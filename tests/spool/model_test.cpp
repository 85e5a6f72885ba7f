// Random operations on a spool, held against a deque.

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "spool/format.hpp"
#include "support.hpp"

namespace jury::spool {
namespace {

// One life of a record: not flushed records may be lost, flushed ones must arrive, arrived ones may come again.
class simulation {
 public:
  explicit simulation(unsigned seed) : random_(seed) { restart_recorder(); }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    settle();
  }

 private:
  struct worker {
    std::optional<writer> spool;
    std::vector<std::string> batch;
  };
  struct expectation {
    std::deque<std::string> flushed;  // and not yet acknowledged, in order
    std::size_t delivered = 0;        // how many of them this recorder has been given
    std::set<std::string> done;       // acknowledged
  };

  unsigned below(unsigned bound) { return std::uniform_int_distribution<unsigned>(0, bound - 1)(random_); }

  void step() {
    worker& one = workers_[below(3)];
    switch (below(12)) {
      case 0:
        if (!one.spool) lease(one);
        break;
      case 1:
        if (below(4) == 0) kill(one);
        break;
      case 2:
      case 3:
      case 4:
        if (one.spool) append(one);
        break;
      case 5:
      case 6:
        if (one.spool) flush(one);
        break;
      case 7:
      case 8:
        read();
        break;
      case 9:
        if (recorder_) recorder_->refresh();
        break;
      case 10:
        if (below(5) == 0) restart_recorder();
        break;
      case 11:
        if (below(40) == 0) restart_everything();
        break;
    }
  }

  void lease(worker& one) {
    auto leased = writer::lease(folder_.path(), *page_, {.segment_bytes = 2000, .max_bytes = 40000, .files = &disk_});
    ASSERT_TRUE(leased) << leased.error().message;
    one.spool = std::move(*leased);
    one.batch.clear();
  }

  // As kill -9 does: the batch is gone, and perhaps a piece of the write that was under way stays.
  void kill(worker& one) {
    if (!one.spool) return;
    const unsigned directory = one.spool->directory();
    one.spool.reset();
    const auto segments = list_segments(file_system::posix(), directory_path(folder_.path(), directory)).value();
    if (segments.empty() || below(2) == 0) return;
    std::vector<std::byte> record;
    append_record(record, page_->slots[directory].committed.load(), bytes("a record that nobody was told of"));
    record.resize(below(static_cast<unsigned>(record.size())));
    const auto path = directory_path(folder_.path(), directory) + "/" + segments.back().to_string();
    std::FILE* file = std::fopen(path.c_str(), "ab");
    std::fwrite(record.data(), 1, record.size(), file);
    std::fclose(file);
  }

  void append(worker& one) {
    const std::string record = std::to_string(counter_++) + std::string(below(300), '.');
    const auto taken = one.spool->append(bytes(record));
    if (taken) {
      one.batch.push_back(record);
    } else {
      EXPECT_EQ(taken.error(), append_error::full);
    }
  }

  void flush(worker& one) {
    const bool fails = below(8) == 0;
    disk_.room = fails ? below(200) : static_cast<std::size_t>(-1);
    disk_.write_error = below(2) == 0 ? ENOSPC : EIO;
    disk_.truncate_error = fails && below(3) == 0 ? EIO : 0;
    const bool flushed = one.spool->flush().has_value();
    if (!fails) EXPECT_TRUE(flushed);
    auto& expected = expected_[one.spool->directory()];
    if (flushed) expected.flushed.insert(expected.flushed.end(), one.batch.begin(), one.batch.end());
    one.batch.clear();
    disk_.room = static_cast<std::size_t>(-1);
    disk_.truncate_error = 0;
  }

  void read() {
    for (const entry& one : recorder_->next(1 + below(20))) {
      check(one);
      last_[one.directory] = one.sequence;
    }
    // What is not acknowledged now is covered by a later acknowledgement.
    std::erase_if(last_, [&](const auto& mark) {
      if (below(3) == 0) return false;
      recorder_->acknowledge(mark.first, mark.second);
      auto& expected = expected_[mark.first];
      for (; expected.delivered > 0; --expected.delivered) {
        expected.done.insert(expected.flushed.front());
        expected.flushed.pop_front();
      }
      return true;
    });
  }

  void check(const entry& one) {
    auto& expected = expected_[one.directory];
    const std::string record = text(one.payload);
    if (expected.delivered == 0 && expected.done.contains(record)) {
      EXPECT_TRUE(redelivery_allowed_) << record;
      return;
    }
    ASSERT_LT(expected.delivered, expected.flushed.size()) << "never flushed: " << record;
    ASSERT_EQ(expected.flushed[expected.delivered], record);
    ++expected.delivered;
  }

  void restart_recorder() {
    recorder_.reset();
    last_.clear();
    for (auto& [directory, expected] : expected_) expected.delivered = 0;
    auto opened = reader::open(folder_.path(), *page_);
    ASSERT_TRUE(opened) << opened.error().message;
    recorder_ = std::move(*opened);
  }

  void restart_everything() {
    for (worker& one : workers_) kill(one);
    if (below(2) == 0) ASSERT_TRUE(recorder_->save_cursors());
    recorder_.reset();
    page_ = std::make_unique<shared_page>();
    redelivery_allowed_ = true;
    restart_recorder();
  }

  // In the end everything that was flushed has arrived, and the disk is empty.
  void settle() {
    for (worker& one : workers_) one.spool.reset();
    recorder_->refresh();
    for (int round = 0; round < 10'000 && recorder_->statistics().backlog_records > 0; ++round) read();
    EXPECT_EQ(recorder_->statistics().backlog_records, 0U);
    for (auto& [directory, expected] : expected_) EXPECT_TRUE(expected.flushed.empty()) << directory;
    recorder_->refresh();
    for (unsigned directory = 0; directory < 3; ++directory)
      EXPECT_TRUE(list_segments(file_system::posix(), directory_path(folder_.path(), directory)).value().empty());
    EXPECT_EQ(recorder_->statistics().quarantined_segments, 0U);
  }

  std::mt19937 random_;
  temporary_folder folder_;
  faulty_file_system disk_;
  std::unique_ptr<shared_page> page_ = std::make_unique<shared_page>();
  std::array<worker, 3> workers_;
  std::optional<reader> recorder_;
  std::map<unsigned, expectation> expected_;  // by directory
  std::map<unsigned, std::uint64_t> last_;    // delivered and not yet acknowledged, by directory
  bool redelivery_allowed_ = false;
  int counter_ = 0;
};

TEST(spool_model, nothing_flushed_is_lost_or_out_of_order_whatever_happens) {
  for (unsigned seed = 1; seed <= 60 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    simulation(seed).run(2000);
  }
}

}  // namespace
}  // namespace jury::spool
