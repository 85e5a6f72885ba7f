#include "spool/reader.hpp"

#include <algorithm>
#include <cerrno>
#include <map>

#include "spool/format.hpp"
#include "support.hpp"

namespace jury::spool {
namespace {

using reader_test = spool_test;

TEST_F(reader_test, a_root_has_one_recorder) {
  const auto first = open_reader();
  const auto second = reader::open(root(), page());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another recorder"), std::string::npos);
}

TEST_F(reader_test, a_directory_that_can_not_be_listed_is_not_taken_for_empty) {
  auto spool = lease();
  put(spool, "a");
  faulty_file_system files;
  auto recorder = open_reader(files);
  files.list_error = EMFILE;
  EXPECT_EQ(read_all(recorder), texts());
  recorder.refresh();
  EXPECT_GT(recorder.statistics().read_errors, 0U);
  EXPECT_GT(recorder.statistics().backlog_records, 0U);
  files.list_error = 0;
  EXPECT_EQ(drain(recorder), texts{"a"});
  put(spool, "b");
  files.list_error = EIO;
  EXPECT_EQ(read_all(recorder), texts());
  recorder.refresh();
  files.list_error = 0;
  recorder.refresh();
  EXPECT_EQ(drain(recorder), texts{"b"});
}

TEST_F(reader_test, gives_at_most_the_limit_and_then_the_rest) {
  auto spool = lease();
  for (const char* record : {"1", "2", "3", "4", "5"}) put(spool, record);
  auto recorder = open_reader();
  EXPECT_EQ(recorder.next(2).size(), 2U);
  EXPECT_EQ(recorder.next(2).size(), 2U);
  EXPECT_EQ(recorder.next(2).size(), 1U);
  EXPECT_EQ(recorder.next(2).size(), 0U);
}

TEST_F(reader_test, gathers_a_batch_from_all_directories) {
  auto one = lease();
  auto two = lease();
  put(one, "a");
  put(two, "b");
  put(one, "c");
  auto recorder = open_reader();
  const auto batch = recorder.next(10);
  ASSERT_EQ(batch.size(), 3U);
  std::map<unsigned, texts> found;
  for (const entry& record : batch) found[record.directory].push_back(text(record.payload));
  EXPECT_EQ(found, (std::map<unsigned, texts>{{one.directory(), {"a", "c"}}, {two.directory(), {"b"}}}));
  EXPECT_EQ(recorder.statistics().backlog_records, 3U);
}

TEST_F(reader_test, a_busy_directory_does_not_starve_another) {
  auto busy = lease();
  auto quiet = lease();
  for (int i = 0; i < 100; ++i) put(busy, "busy");
  put(quiet, "quiet");
  auto recorder = open_reader();
  bool seen = false;
  for (int round = 0; round < 2; ++round)
    for (const entry& one : recorder.next(10)) seen = seen || text(one.payload) == "quiet";
  EXPECT_TRUE(seen);
}

TEST_F(reader_test, frees_a_segment_only_when_all_of_it_is_acknowledged) {
  auto spool = lease({.segment_bytes = 100});
  for (const char* record : {"1", "2", "3", "4"}) {
    ASSERT_TRUE(spool.append(bytes(std::string(record) + std::string(30, 'x'))));
    ASSERT_TRUE(spool.append(bytes(std::string(record) + std::string(30, 'y'))));
    ASSERT_TRUE(spool.flush());
  }
  ASSERT_EQ(segment_files().size(), 4U);
  auto recorder = open_reader();
  ASSERT_EQ(recorder.next(100).size(), 2U);  // of the first segment
  recorder.acknowledge(0, 1);
  EXPECT_EQ(segment_files().size(), 4U);
  recorder.acknowledge(0, 2);
  EXPECT_EQ(segment_files().size(), 3U);
  drain(recorder);
  EXPECT_EQ(segment_files().size(), 1U);  // the one the writer appends to
  EXPECT_EQ(recorder.statistics().backlog_records, 0U);
  EXPECT_EQ(recorder.statistics().freed_segments, 3U);
}

TEST_F(reader_test, redelivers_what_was_not_acknowledged_after_a_restart) {
  auto spool = lease();
  for (const char* record : {"1", "2", "3"}) put(spool, record);
  {
    auto recorder = open_reader();
    ASSERT_EQ(recorder.next(10).size(), 3U);
    recorder.acknowledge(0, 1);
  }
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), (texts{"2", "3"}));
}

TEST_F(reader_test, a_fresh_page_and_a_saved_cursor_go_on_where_it_stopped) {
  {
    auto spool = lease();
    for (const char* record : {"1", "2", "3"}) put(spool, record);
    auto recorder = open_reader();
    ASSERT_EQ(recorder.next(10).size(), 3U);
    recorder.acknowledge(0, 2);
    ASSERT_TRUE(recorder.save_cursors());
  }
  forget_page();
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), texts{"3"});
}

TEST_F(reader_test, a_fresh_page_without_a_cursor_redelivers_what_is_on_disk) {
  {
    auto spool = lease();
    for (const char* record : {"1", "2", "3"}) put(spool, record);
    auto recorder = open_reader();
    ASSERT_EQ(recorder.next(10).size(), 3U);
    recorder.acknowledge(0, 2);
  }
  forget_page();
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), (texts{"1", "2", "3"}));
}

TEST_F(reader_test, a_damaged_cursor_is_ignored) {
  {
    auto spool = lease();
    for (const char* record : {"1", "2", "3"}) put(spool, record);
    auto recorder = open_reader();
    ASSERT_EQ(recorder.next(10).size(), 3U);
    recorder.acknowledge(0, 2);
    ASSERT_TRUE(recorder.save_cursors());
  }
  forget_page();
  damage(directory_path(root(), 0) + "/cursor", 41);
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder), (texts{"1", "2", "3"}));
}

// Power was lost: the cursor was synced, the end of the segment was not. New records get the numbers of the lost ones.
TEST_F(reader_test, a_cursor_ahead_of_the_log_hides_no_new_record) {
  {
    auto spool = lease();
    for (const char* record : {"1", "2", "3"}) put(spool, record);
    auto recorder = open_reader();
    drain(recorder);
    ASSERT_TRUE(recorder.save_cursors());
  }
  std::filesystem::resize_file(segment_files().front(), header_bytes + 1);
  forget_page();
  auto spool = lease();
  put(spool, "new 2");
  put(spool, "new 3");
  auto recorder = open_reader();
  const auto seen = read_all(recorder);
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ((texts{seen.end() - 2, seen.end()}), (texts{"new 2", "new 3"}));
}

TEST_F(reader_test, adopts_a_directory_whose_writer_is_gone_and_empties_it) {
  auto recorder = open_reader();
  {
    auto spool = lease();
    put(spool, "orphan");
  }
  recorder.refresh();
  EXPECT_EQ(drain(recorder), texts{"orphan"});
  EXPECT_EQ(segment_files().size(), 1U);
  recorder.refresh();
  EXPECT_TRUE(segment_files().empty());
  EXPECT_EQ(recorder.statistics().adopted_directories, 1U);

  auto successor = lease();
  EXPECT_EQ(successor.directory(), 0U);
  put(successor, "next");
  EXPECT_EQ(drain(recorder), texts{"next"});
}

TEST_F(reader_test, leaves_the_newest_segment_of_a_living_writer) {
  auto spool = lease();
  put(spool, "1");
  auto recorder = open_reader();
  drain(recorder);
  recorder.refresh();
  EXPECT_EQ(segment_files().size(), 1U);
  put(spool, "2");
  EXPECT_EQ(drain(recorder), texts{"2"});
}

TEST_F(reader_test, reads_old_directories_with_a_fresh_page_and_no_writer) {
  {
    auto one = lease();
    auto two = lease();
    put(one, "a");
    put(two, "b");
  }
  forget_page();
  auto recorder = open_reader();
  auto records = drain(recorder);
  std::ranges::sort(records);
  EXPECT_EQ(records, (texts{"a", "b"}));
}

TEST_F(reader_test, missing_older_segments_are_normal) {
  auto spool = lease({.segment_bytes = 10});
  for (const char* record : {"1", "2", "3"}) put(spool, record);
  std::filesystem::remove(segment_files().front());
  auto recorder = open_reader();
  EXPECT_EQ(drain(recorder), (texts{"2", "3"}));
}

TEST_F(reader_test, a_record_longer_than_the_window_is_read_whole) {
  auto spool = lease();
  const std::string large(max_record_bytes, 'x');
  put(spool, "before");
  put(spool, large);
  put(spool, "after");
  auto recorder = open_reader();
  EXPECT_EQ(drain(recorder), (texts{"before", large, "after"}));
}

TEST_F(reader_test, waits_for_the_recovery_of_a_directory_that_a_fresh_page_does_not_know) {
  {
    put(*std::make_unique<writer>(lease()), "old");
  }
  forget_page();
  const auto lock = try_lock(file_system::posix(), directory_path(root(), 0) + "/lock");  // a worker that starts
  ASSERT_TRUE(lock && *lock);
  auto recorder = open_reader();
  EXPECT_TRUE(read_all(recorder).empty());
}

}  // namespace
}  // namespace jury::spool
