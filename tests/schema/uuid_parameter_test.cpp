// Each text was put to pydantic 2.14.4, as uuid.UUID.

#include "schema/uuid_parameter.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace jury::schema::testing {
namespace {

struct example {
  std::string_view text;
  std::string_view reason;  // empty: read
};

TEST(uuid_parameter, is_read_as_pydantic_reads_it) {
  constexpr std::string_view canonical = "0190163d-8694-739b-aea5-966c26f8ad91";
  const example examples[] = {
      {R"(0190163d-8694-739b-aea5-966c26f8ad91)", R"()"},
      {R"(0190163D-8694-739B-AEA5-966C26F8AD91)", R"()"},
      {R"(0190163d8694739baea5966c26f8ad91)", R"()"},
      {R"(urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91)", R"()"},
      {R"({0190163d-8694-739b-aea5-966c26f8ad91})", R"()"},
      {R"(019013a-8694-739b😀aea5-966c26f8ad91)", R"(invalid character: found `😀` at 17)"},
      {R"(0190163a8694739baea9-6g6c26f8ad91)", R"(invalid character: found `g` at 22)"},
      {R"({0190163}d-8694-739b-aeaa5-966c26f8ad91})", R"(invalid character: found `}` at 8)"},
      {R"({F€})", R"(invalid character: found `€` at 2)"},
      {R"(0190163dF-8694-739b aea5-966c26fad9g)", R"(invalid character: found ` ` at 19)"},
      {R"(--)", R"(invalid group count: expected 5, found 3)"},
      {R"(019013-d8694739baea5966c26f8d91)", R"(invalid group count: expected 5, found 2)"},
      {R"({})", R"(invalid group count: expected 5, found 1)"},
      {R"(0190163d-8694-739b-aea5966c26f8ad91)", R"(invalid group count: expected 5, found 4)"},
      {R"({019063d-8694-739b--aea5-966c26f8ad91})", R"(invalid group count: expected 5, found 6)"},
      {R"({0190163d8694-73b-ae-a5-966c26f8ad91})", R"(invalid group length in group 0: expected 8, found 12)"},
      {R"({019016F3d-869-739b-aea5-966c268ad91})", R"(invalid group length in group 0: expected 8, found 9)"},
      {R"({0190163d-8694-739b-aea5-966c26fad91})", R"(invalid group length in group 4: expected 12, found 13)"},
      {R"(urn:uuid:0190163d-64-739b-aea5-96c26f8ad91)", R"(invalid group length in group 1: expected 4, found 2)"},
      {R"(0190163d-8694-739b-aa5-966c26f8ad91)", R"(invalid group length in group 3: expected 4, found 3)"},
      {R"(urn:äuid:0190163d-8694-739b-aea5-966c26f8ad91)", R"(invalid length: found 46)"},
      {R"(0F)", R"(invalid length: found 2)"},
      {R"(019013dF8694739baea5966c26af8ad91)", R"(invalid length: found 33)"},
      {R"(urn😀:uuid:0190163d-8694-739b-aea😀5-966cä26f8€ad91)", R"(invalid length: found 58)"},
      {R"(urn:uuidä:0190163Fd-8694-739b-a}ea5-966c26f😀8ad91)", R"(invalid length: found 53)"},
      {R"(nope)", R"(invalid character: found `n` at 0)"},
      {R"({0190163d8694739baea5966c26f8ad91})", R"(invalid group count: expected 5, found 1)"},
      {R"(111111111111111111111111111111111111)", R"(invalid group count: expected 5, found 1)"},
      {R"({})", R"(invalid group count: expected 5, found 1)"},
      {R"(URN:UUID:0190163d-8694-739b-aea5-966c26f8ad91)", R"(invalid character: found `U` at 0)"},
      {R"(----)", R"(invalid group length in group 0: expected 8, found 0)"},
      {R"(abc)", R"(invalid length: found 3)"},
  };
  for (const auto& [text, reason] : examples) {
    const auto read = read_uuid(text, {"path", "decision_id"});
    if (reason.empty()) {
      ASSERT_TRUE(read.has_value()) << text;
      EXPECT_EQ(read->to_string(), canonical);
    } else {
      ASSERT_FALSE(read.has_value()) << text;
      EXPECT_EQ(read.error().message, "Input should be a valid UUID, " + std::string(reason)) << text;
    }
  }
}

TEST(uuid_parameter, is_refused_with_fastapis_entry) {
  std::string body;
  append_422(body, {read_uuid("nope", {"path", "decision_id"}).error()});
  EXPECT_EQ(body, R"({"detail":[{"type":"uuid_parsing","loc":["path","decision_id"],)"
                  R"("msg":"Input should be a valid UUID, invalid character: found `n` at 0","input":"nope",)"
                  R"("ctx":{"error":"invalid character: found `n` at 0"}}]})");
}

}  // namespace
}  // namespace jury::schema::testing
