#include "spool/format.hpp"

#include <random>

#include "spool/crc32c.hpp"
#include "support.hpp"

namespace jury::spool {
namespace {

TEST(crc32c, has_the_check_value_of_the_standard) {
  EXPECT_EQ(crc32c(bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c_portable(bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c(bytes("")), 0U);
}

TEST(crc32c, is_the_same_by_instruction_and_by_table) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string data(size, '\0');
    for (char& c : data) c = static_cast<char>(random());
    ASSERT_EQ(crc32c(bytes(data)), crc32c_portable(bytes(data))) << size;
  }
}

TEST(format, a_header_reads_back) {
  std::vector<std::byte> out;
  append_record(out, 42, bytes("payload"));
  ASSERT_EQ(out.size(), header_bytes + 7);
  const auto header = parse_header(out);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence, 42U);
  EXPECT_EQ(header->length, 7U);
  EXPECT_EQ(header->payload_crc, crc32c(bytes("payload")));
}

TEST(format, a_header_with_any_bit_changed_is_none) {
  std::vector<std::byte> out;
  append_record(out, 42, bytes("payload"));
  for (std::size_t bit = 0; bit < 8 * header_bytes; ++bit) {
    auto changed = out;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(parse_header(changed)) << bit;
  }
}

TEST(format, refuses_a_length_over_the_limit_although_the_checksum_is_right) {
  std::vector<std::byte> out;
  append_record(out, 1, std::vector<std::byte>(max_record_bytes + 1));
  EXPECT_FALSE(parse_header(out));
}

TEST(format, finds_the_next_header_behind_garbage) {
  std::vector<std::byte> out(100, std::byte{0xf5});
  append_record(out, 7, bytes("seven"));
  append_record(out, 8, bytes("eight"));
  EXPECT_EQ(find_header(out, 1, 100), 100U);
  EXPECT_EQ(find_header(out, 8, 100), 100U + header_bytes + 5);
  EXPECT_EQ(find_header(out, 1, 7), std::nullopt);
}

TEST(segment_name, reads_back_and_sorts_by_sequence) {
  const segment_name name{.first = 17, .stamp = 1'790'000'000'000};
  EXPECT_EQ(name.to_string(), "00000000000000000017-1790000000000.log");
  EXPECT_EQ(segment_name::parse(name.to_string()), name);
  for (const char* wrong : {"", ".log", "1-2", "x-2.log", "1-.log", "-1-2.log", "99999999999999999999-1.log"})
    EXPECT_FALSE(segment_name::parse(wrong)) << wrong;
  EXPECT_LT(name, (segment_name{.first = 18, .stamp = 0}));
}

}  // namespace
}  // namespace jury::spool
