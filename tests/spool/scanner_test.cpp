#include "spool/scanner.hpp"

#include "spool/format.hpp"
#include "support.hpp"

namespace jury::spool {
namespace {

// A segment written by hand.
class scanner_test : public testing::Test {
 protected:
  void put(std::uint64_t sequence, std::string_view payload) { append_record(content_, sequence, bytes(payload)); }
  void put_garbage(std::size_t size) { content_.resize(content_.size() + size, std::byte{0xf5}); }
  // Writes the file and reads all of it that fits the window.
  scanner open() {
    const segment_name name{.first = 1, .stamp = 1};
    append_to_file(folder_.path() + "/" + name.to_string(), text(content_));
    auto opened = scanner::open(file_system::posix(), folder_.path(), name);
    if (!opened || !opened->fill()) throw std::runtime_error("scanner");
    return std::move(*opened);
  }
  static void append_to_file(const std::string& file, const std::string& content) {
    std::FILE* handle = std::fopen(file.c_str(), "wb");
    std::fwrite(content.data(), 1, content.size(), handle);
    std::fclose(handle);
  }

  std::vector<std::byte> content_;

 private:
  temporary_folder folder_;
};

TEST_F(scanner_test, stops_before_a_record_that_is_not_committed) {
  put(1, "one");
  put(2, "two");
  auto segment = open();
  EXPECT_EQ(text(segment.next(2).payload), "one");
  EXPECT_EQ(segment.next(2).step, scan_step::stop);
  EXPECT_EQ(text(segment.next(3).payload), "two");
  EXPECT_EQ(segment.next(4).step, scan_step::more);
  EXPECT_FALSE(segment.fill().value());
}

TEST_F(scanner_test, goes_to_the_next_record_after_damage_however_short) {
  for (std::size_t garbage = 1; garbage < 2 * header_bytes; ++garbage) {
    content_.clear();
    put_garbage(garbage);
    put(2, "two");
    auto segment = open();
    ASSERT_EQ(segment.next(3).step, scan_step::damaged) << garbage;
    ASSERT_TRUE(segment.resync(3).value()) << garbage;
    ASSERT_EQ(segment.next(3).sequence, 2U) << garbage;
  }
}

// Such a record may still be rolled back, and another one written over the place where it was.
TEST_F(scanner_test, does_not_resync_on_a_record_that_is_not_committed) {
  put_garbage(50);
  put(2, "two");
  auto segment = open();
  ASSERT_EQ(segment.next(2).step, scan_step::damaged);
  EXPECT_FALSE(segment.resync(2).value());
  EXPECT_EQ(segment.offset(), 0U);
  EXPECT_TRUE(segment.resync(3).value());
  EXPECT_EQ(segment.offset(), 50U);
}

TEST_F(scanner_test, finds_a_record_far_behind_the_window) {
  for (const std::size_t garbage : {524'287U, 524'288U, 1'048'540U, 1'500'000U}) {
    content_.clear();
    put_garbage(garbage);
    put(2, "two");
    auto segment = open();
    ASSERT_EQ(segment.next(3).step, scan_step::damaged);
    ASSERT_FALSE(segment.resync(2).value()) << garbage;
    ASSERT_TRUE(segment.resync(3).value()) << garbage;
    ASSERT_EQ(segment.next(3).step, scan_step::more);
    ASSERT_TRUE(segment.fill().value());
    ASSERT_EQ(text(segment.next(3).payload), "two");
  }
}

TEST_F(scanner_test, takes_numbers_that_do_not_grow_for_damage) {
  put(2, "two");
  put(2, "two again");
  put(3, "three");
  auto segment = open();
  EXPECT_EQ(segment.next(9).sequence, 2U);
  EXPECT_EQ(segment.next(9).step, scan_step::damaged);
  EXPECT_TRUE(segment.resync(9).value());
  EXPECT_EQ(text(segment.next(9).payload), "three");
}

}  // namespace
}  // namespace jury::spool
