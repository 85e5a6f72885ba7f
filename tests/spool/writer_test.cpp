#include "spool/writer.hpp"

#include "spool/format.hpp"
#include "support.hpp"

namespace jury::spool {
namespace {

using writer_test = spool_test;

TEST_F(writer_test, takes_the_first_directory_that_no_one_holds) {
  auto first = lease();
  {
    const auto second = lease();
    const auto third = lease();
    EXPECT_EQ(first.directory(), 0U);
    EXPECT_EQ(second.directory(), 1U);
    EXPECT_EQ(third.directory(), 2U);
  }
  EXPECT_EQ(lease().directory(), 1U);
}

TEST_F(writer_test, fails_when_all_directories_are_taken) {
  std::vector<writer> all;
  for (unsigned i = 0; i < max_directories; ++i) all.push_back(lease());
  const auto one_more = writer::lease(root(), page());
  ASSERT_FALSE(one_more);
  EXPECT_NE(one_more.error().message.find("no free spool directory"), std::string::npos);
}

TEST_F(writer_test, writes_nothing_before_the_flush) {
  auto spool = lease();
  auto recorder = open_reader();
  EXPECT_EQ(spool.append(bytes("one")), 1U);
  EXPECT_EQ(spool.append(bytes("two")), 2U);
  EXPECT_EQ(spool.pending_records(), 2U);
  EXPECT_TRUE(read_all(recorder).empty());
  ASSERT_TRUE(spool.flush());
  EXPECT_EQ(spool.pending_records(), 0U);
  EXPECT_EQ(read_all(recorder), (texts{"one", "two"}));
}

TEST_F(writer_test, an_empty_flush_makes_no_file) {
  auto spool = lease();
  EXPECT_TRUE(spool.flush());
  EXPECT_TRUE(segment_files().empty());
}

TEST_F(writer_test, loses_an_unflushed_batch_when_dropped) {
  {
    auto spool = lease();
    put(spool, "kept");
    ASSERT_TRUE(spool.append(bytes("lost")));
  }
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), texts{"kept"});
}

TEST_F(writer_test, refuses_a_record_over_the_limit_and_takes_one_at_it) {
  auto spool = lease();
  const std::string largest(max_record_bytes, 'x');
  EXPECT_EQ(spool.append(bytes(largest + "x")), std::unexpected(append_error::too_large));
  ASSERT_TRUE(spool.append(bytes(largest)));
  ASSERT_TRUE(spool.flush());
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), texts{largest});
}

TEST_F(writer_test, starts_a_new_segment_at_the_size) {
  auto spool = lease({.segment_bytes = 1000});
  for (int i = 0; i < 10; ++i) put(spool, std::string(300, static_cast<char>('a' + i)));
  EXPECT_EQ(segment_files().size(), 4U);
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder).size(), 10U);
}

TEST_F(writer_test, answers_full_at_the_byte_bound_and_goes_on_when_the_recorder_has_freed) {
  auto spool = lease({.segment_bytes = 1000, .max_bytes = 8000});
  const std::string record(472, 'x');  // 500 bytes with its header
  int taken = 0;
  while (spool.append(bytes(record))) {
    ASSERT_TRUE(spool.flush());
    ++taken;
  }
  EXPECT_EQ(taken, 16);
  EXPECT_EQ(spool.append(bytes(record)), std::unexpected(append_error::full));
  EXPECT_TRUE(spool.append(bytes(std::string(1, 'x'))) == std::unexpected(append_error::full));

  auto recorder = open_reader();
  EXPECT_EQ(drain(recorder).size(), 16U);
  EXPECT_TRUE(spool.append(bytes(record)));
  EXPECT_LE(spool.held_bytes(), 2000U);
}

TEST_F(writer_test, is_not_full_for_ever_when_the_bound_is_below_the_segment_size) {
  auto spool = lease({.segment_bytes = 8 << 20, .max_bytes = 4000});
  auto recorder = open_reader();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(spool.append(bytes(std::string(300, 'x')))) << i;
    ASSERT_TRUE(spool.flush());
    drain(recorder);
  }
}

TEST_F(writer_test, counts_what_an_earlier_writer_left_towards_the_bound) {
  {
    auto spool = lease({.segment_bytes = 1000, .max_bytes = 8000});
    while (spool.append(bytes(std::string(472, 'x')))) ASSERT_TRUE(spool.flush());
  }
  forget_page();
  auto spool = lease({.segment_bytes = 1000, .max_bytes = 8000});
  EXPECT_EQ(spool.append(bytes(std::string(472, 'x'))), std::unexpected(append_error::full));
  auto recorder = open_reader();
  EXPECT_EQ(drain(recorder).size(), 16U);
  EXPECT_TRUE(spool.append(bytes(std::string(472, 'x'))));
}

TEST_F(writer_test, bounds_the_batch) {
  auto spool = lease({.max_batch_bytes = 1000});
  EXPECT_TRUE(spool.append(bytes(std::string(900, 'x'))));
  EXPECT_EQ(spool.append(bytes(std::string(900, 'x'))), std::unexpected(append_error::full));
  EXPECT_TRUE(spool.flush());
  EXPECT_TRUE(spool.append(bytes(std::string(900, 'x'))));
}

TEST_F(writer_test, a_batch_that_does_not_fit_on_the_disk_leaves_nothing_behind) {
  faulty_file_system disk;
  auto spool = lease({.files = &disk});
  auto recorder = open_reader();
  put(spool, "before");
  const auto size = std::filesystem::file_size(segment_files().front());

  disk.room = 40;  // the first record of the batch and a piece of the second
  ASSERT_TRUE(spool.append(bytes("lost one")));
  ASSERT_TRUE(spool.append(bytes("lost two")));
  const auto flushed = spool.flush();
  ASSERT_FALSE(flushed);
  EXPECT_NE(flushed.error().message.find("No space left"), std::string::npos) << flushed.error().message;
  EXPECT_EQ(std::filesystem::file_size(segment_files().front()), size);
  EXPECT_EQ(spool.pending_records(), 0U);
  EXPECT_EQ(read_all(recorder), texts{"before"});

  disk.room = 1000;
  put(spool, "after");
  EXPECT_EQ(read_all(recorder), texts{"after"});
  EXPECT_EQ(segment_files().size(), 1U);
}

TEST_F(writer_test, a_delivered_segment_on_a_full_disk_is_freed_and_writing_goes_on) {
  faulty_file_system disk;
  auto spool = lease({.files = &disk});
  auto recorder = open_reader();
  put(spool, "delivered");
  for (const auto& each : recorder.next(10)) recorder.acknowledge(each.directory, each.sequence);

  disk.room = 0;
  disk.available = 0;
  ASSERT_TRUE(spool.append(bytes("refused")));
  EXPECT_FALSE(spool.flush());
  recorder.refresh();
  ASSERT_EQ(segment_files().size(), 1U);
  EXPECT_EQ(std::filesystem::file_size(segment_files().front()), 0U);

  disk.room = 1000;  // what the old segment held
  put(spool, "after");
  EXPECT_EQ(read_all(recorder), texts{"after"});
}

// The reader reads ahead of the committed mark. What it saw there may be cut off and written again with the same
// number.
TEST_F(writer_test, a_record_that_was_rolled_back_never_reaches_the_reader) {
  class racing_disk : public file_system {
   public:
    errno_or<std::size_t> write(int file, std::span<const std::byte> data) override {
      if (!racing) return file_system::write(file, data);
      if (std::exchange(begun, true)) {
        reader->next(10);  // sees the first half of the batch in the file
        racing = false;
        return std::unexpected(ENOSPC);
      }
      return file_system::write(file, data.first(data.size() / 2));
    }
    reader* reader = nullptr;
    bool racing = false;
    bool begun = false;
  } disk;
  auto spool = lease({.files = &disk});
  auto recorder = open_reader();
  put(spool, "first");
  put(spool, "second");
  ASSERT_EQ(recorder.next(1).size(), 1U);  // "second" is not read yet, so the next read looks into the file again
  disk.reader = &recorder;
  disk.racing = true;
  ASSERT_TRUE(spool.append(bytes("old one")));
  ASSERT_TRUE(spool.append(bytes("old two")));
  EXPECT_FALSE(spool.flush());
  put(spool, "new one");
  EXPECT_EQ(read_all(recorder), texts{"new one"});
}

TEST_F(writer_test, a_short_write_is_completed) {
  class slow_disk : public file_system {
   public:
    errno_or<std::size_t> write(int file, std::span<const std::byte> data) override {
      return file_system::write(file, data.first(std::min<std::size_t>(7, data.size())));
    }
  } disk;
  auto spool = lease({.files = &disk});
  put(spool, "a record in pieces");
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), texts{"a record in pieces"});
}

TEST_F(writer_test, leaves_a_segment_that_failed_with_an_input_output_error) {
  faulty_file_system disk;
  auto spool = lease({.files = &disk});
  put(spool, "before");
  disk.room = 10;
  disk.write_error = EIO;
  ASSERT_TRUE(spool.append(bytes("lost")));
  EXPECT_FALSE(spool.flush());
  disk.room = 10000;
  put(spool, "after");
  EXPECT_EQ(segment_files().size(), 2U);
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), (texts{"before", "after"}));
}

// Whole records of a batch that was reported as lost stand behind the end of the first segment, and must not come back.
TEST_F(writer_test, an_abandoned_tail_that_can_not_be_cut_off_is_not_read) {
  faulty_file_system disk;
  auto spool = lease({.files = &disk});
  auto recorder = open_reader();
  put(spool, "before");
  disk.room = 60;
  disk.truncate_error = EIO;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(spool.append(bytes("lost")));
  EXPECT_FALSE(spool.flush());
  disk.room = 10000;
  disk.truncate_error = 0;
  put(spool, "after");
  put(spool, "and after");
  EXPECT_EQ(read_all(recorder), (texts{"before", "after", "and after"}));
  EXPECT_EQ(quarantined(), 0U);
}

TEST_F(writer_test, fails_while_no_segment_can_be_made_and_then_recovers) {
  faulty_file_system disk;
  auto spool = lease({.files = &disk});
  disk.open_error = EMFILE;
  ASSERT_TRUE(spool.append(bytes("lost")));
  EXPECT_FALSE(spool.flush());
  disk.open_error = 0;
  put(spool, "after");
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), texts{"after"});
}

TEST_F(writer_test, keeps_a_share_of_the_file_system_free) {
  faulty_file_system disk;
  disk.available = 0.005;
  auto spool = lease({.files = &disk});
  ASSERT_TRUE(spool.append(bytes("lost")));
  const auto flushed = spool.flush();
  ASSERT_FALSE(flushed);
  EXPECT_NE(flushed.error().message.find("0.5 %"), std::string::npos) << flushed.error().message;
}

TEST_F(writer_test, a_root_that_can_not_be_made_is_named) {
  const auto spool = writer::lease("/proc/nowhere/spool", page());
  ASSERT_FALSE(spool);
  EXPECT_NE(spool.error().message.find("/proc/nowhere/spool"), std::string::npos);
}

}  // namespace
}  // namespace jury::spool
