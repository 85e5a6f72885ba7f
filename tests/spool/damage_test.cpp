#include "spool/format.hpp"
#include "support.hpp"

namespace jury::spool {
namespace {

using damage_test = spool_test;

constexpr std::uint64_t record_size = header_bytes + 5;

// Five records of one directory in one segment; the writer is gone.
class five_records : public spool_test {
 protected:
  five_records() {
    auto spool = lease();
    for (const char* record : {"rec-1", "rec-2", "rec-3", "rec-4", "rec-5"}) put(spool, record);
  }
};

TEST_F(five_records, a_torn_tail_is_cut_off_by_the_next_writer) {
  const auto file = segment_files().front();
  std::filesystem::copy(file, root() + "/whole");
  for (std::uint64_t size = 4 * record_size + 1; size < 5 * record_size; ++size) {
    SCOPED_TRACE(size);
    std::filesystem::copy_file(root() + "/whole", file, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(file, size);
    forget_page();
    auto spool = lease();
    EXPECT_EQ(std::filesystem::file_size(file), 4 * record_size);
    EXPECT_EQ(page().slots[0].committed.load(), 5U);
    std::filesystem::remove(segment_files().back());  // the one that the new writer started
  }
  EXPECT_EQ(quarantined(), 0U);
}

TEST_F(five_records, a_torn_tail_is_cut_off_by_the_recorder) {
  append_to_file(segment_files().front(),
                 "\xf5\xff"
                 "JS torn");
  forget_page();
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder).size(), 5U);
  EXPECT_EQ(std::filesystem::file_size(segment_files().front()), 5 * record_size);
  EXPECT_EQ(quarantined(), 0U);
}

TEST_F(five_records, whole_records_that_were_not_yet_published_are_kept) {
  std::vector<std::byte> more;
  append_record(more, 6, bytes("rec-6"));
  append_to_file(segment_files().front(), text(more));
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder).back(), "rec-6");
}

TEST_F(five_records, damage_in_the_middle_is_set_aside_and_read_around) {
  for (const std::uint64_t offset :
       {std::uint64_t{0}, std::uint64_t{10}, header_bytes - 1, std::size_t{header_bytes}}) {
    SCOPED_TRACE(offset);
    const auto file = segment_files().front();
    std::filesystem::remove_all(root() + "/quarantine");
    damage(file, 2 * record_size + offset);
    forget_page();
    {
      auto recorder = open_reader();
      EXPECT_EQ(read_all(recorder), (texts{"rec-1", "rec-2", "rec-4", "rec-5"}));
      EXPECT_EQ(recorder.statistics().quarantined_segments, 1U);
    }
    EXPECT_EQ(quarantined(), 1U);
    damage(file, 2 * record_size + offset);  // and back
  }
}

TEST_F(five_records, damage_at_the_end_that_is_no_torn_write_is_set_aside) {
  damage(segment_files().front(), 4 * record_size + header_bytes);
  forget_page();
  auto recorder = open_reader();
  EXPECT_EQ(read_all(recorder).size(), 4U);
  EXPECT_EQ(quarantined(), 1U);
}

TEST_F(five_records, a_segment_of_garbage_stops_nothing) {
  const auto file = segment_files().front();
  std::filesystem::resize_file(file, 0);
  append_to_file(file, std::string(100'000, '\xf5'));
  forget_page();
  auto recorder = open_reader();
  EXPECT_TRUE(drain(recorder).empty());
  auto spool = lease();
  put(spool, "new");
  EXPECT_EQ(drain(recorder), texts{"new"});
  EXPECT_EQ(quarantined(), 1U);
}

TEST_F(damage_test, a_living_segment_with_damage_goes_on_with_the_next_records) {
  auto spool = lease();
  auto recorder = open_reader();
  put(spool, "rec-1");
  put(spool, "rec-2");
  damage(segment_files().front(), record_size + 3);
  EXPECT_EQ(drain(recorder), texts{"rec-1"});
  EXPECT_TRUE(drain(recorder).empty());
  EXPECT_EQ(recorder.statistics().backlog_records, 0U);
  put(spool, "rec-3");
  EXPECT_EQ(drain(recorder), texts{"rec-3"});
  EXPECT_EQ(recorder.statistics().backlog_records, 0U);
  EXPECT_EQ(recorder.statistics().quarantined_segments, 1U);
}

TEST_F(damage_test, an_older_segment_cut_short_by_someone_is_read_as_far_as_it_goes) {
  auto spool = lease({.segment_bytes = 2 * record_size});
  for (const char* record : {"rec-1", "rec-2", "rec-3"}) put(spool, record);
  std::filesystem::resize_file(segment_files().front(), record_size + 10);
  auto recorder = open_reader();
  EXPECT_EQ(drain(recorder), (texts{"rec-1", "rec-3"}));
  EXPECT_EQ(segment_files().size(), 1U);
}

TEST_F(damage_test, a_spool_removed_under_a_living_server_does_not_hang_the_recorder) {
  auto spool = lease();
  put(spool, "rec-1");
  std::filesystem::remove(segment_files().front());
  auto recorder = open_reader();
  EXPECT_TRUE(drain(recorder).empty());
  EXPECT_EQ(recorder.statistics().backlog_records, 0U);
}

TEST_F(damage_test, any_one_byte_changed_costs_at_most_one_record) {
  {
    auto spool = lease();
    for (int i = 0; i < 20; ++i) put(spool, "rec-" + std::to_string(i));
  }
  const auto file = segment_files().front();
  const auto size = std::filesystem::file_size(file);
  for (std::uint64_t offset = 0; offset < size; ++offset) {
    damage(file, offset);
    forget_page();
    {
      const auto read_only = std::filesystem::file_size(file);
      auto recorder = open_reader();
      ASSERT_GE(read_all(recorder).size(), 19U) << offset;
      if (std::filesystem::file_size(file) != read_only) break;  // the last record: its tail is now cut off
    }
    damage(file, offset);
  }
}

}  // namespace
}  // namespace jury::spool
