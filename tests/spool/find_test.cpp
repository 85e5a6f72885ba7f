#include "spool/find.hpp"

#include "support.hpp"

namespace jury::spool {
namespace {

class find_test : public spool_test {
 protected:
  std::optional<std::string> look_for(std::string_view wanted, std::uint64_t near = 0) {
    const auto found =
        find(root(), page(), near, [&](std::span<const std::byte> payload) { return text(payload) == wanted; });
    return found.value() ? std::optional(text(**found)) : std::nullopt;
  }
};

TEST_F(find_test, finds_a_record_of_any_directory) {
  auto one = lease({.segment_bytes = 10});
  auto two = lease();
  put(one, "a");
  put(one, "b");
  put(two, "c");
  for (const char* record : {"a", "b", "c"}) EXPECT_EQ(look_for(record), record);
  EXPECT_EQ(look_for("d"), std::nullopt);
}

TEST_F(find_test, does_not_see_what_is_not_flushed) {
  auto spool = lease();
  ASSERT_TRUE(spool.append(bytes("a")));
  EXPECT_EQ(look_for("a"), std::nullopt);
}

TEST_F(find_test, passes_over_acknowledged_segments) {
  auto spool = lease();
  put(spool, "a");
  auto recorder = open_reader();
  drain(recorder);
  EXPECT_EQ(look_for("a"), std::nullopt);
}

TEST_F(find_test, reads_an_orphan_of_a_fresh_page_to_its_end) {
  {
    put(*std::make_unique<writer>(lease()), "orphan");
  }
  forget_page();
  append_to_file(segment_files().front(), "torn");
  EXPECT_EQ(look_for("orphan"), "orphan");
}

TEST_F(find_test, reads_the_segment_of_the_given_time_first) {
  auto spool = lease({.segment_bytes = 10});
  for (const char* record : {"a", "b", "c"}) put(spool, record);
  const auto segments = list_segments(file_system::posix(), directory_path(root(), 0)).value();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    texts seen;
    find(root(), page(), segments[i].stamp, [&](std::span<const std::byte> payload) {
      seen.push_back(text(payload));
      return false;
    });
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_TRUE(seen[0] == std::string(1, static_cast<char>('a' + i)) ||
                seen[1] == std::string(1, static_cast<char>('a' + i)));  // a stamp is also its predecessor's end
  }
}

TEST_F(find_test, what_can_not_be_read_is_not_said_to_be_missing) {
  append_to_file(root() + "/0000", "a file where a folder should be");
  EXPECT_FALSE(find(root(), page(), 0, [](auto) { return true; }));
}

TEST_F(find_test, a_missing_spool_holds_nothing) {
  EXPECT_FALSE(find(root() + "/nowhere", page(), 0, [](auto) { return true; }).value());
}

TEST_F(find_test, reads_around_damage) {
  auto spool = lease();
  put(spool, "a");
  put(spool, "b");
  damage(segment_files().front(), 2);
  EXPECT_EQ(look_for("b"), "b");
}

}  // namespace
}  // namespace jury::spool
