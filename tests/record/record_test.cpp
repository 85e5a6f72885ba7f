#include "record/record.hpp"

#include "record/record_json.hpp"
#include "support.hpp"

namespace jury {
namespace {

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

TEST(record, reads_back_as_it_was_written) {
  for (const record& one : {full_record(), refused_record(), record()}) {
    const std::string binary = encoded(one);
    const auto decoded = decode(bytes(binary));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(encoded(*decoded), binary);
  }
  record no_gap = full_record();
  no_gap.row = {1, 2};
  EXPECT_EQ(*decode(bytes(encoded(no_gap))), no_gap);
}

TEST(record, an_absent_text_is_not_an_empty_one) {
  record one = refused_record();
  EXPECT_FALSE(decode(bytes(encoded(one)))->reference);
  one.reference = "";
  EXPECT_EQ(decode(bytes(encoded(one)))->reference, "");
}

TEST(record, cut_short_anywhere_is_an_error) {
  const std::string binary = encoded(full_record());
  for (std::size_t size = 0; size < binary.size(); ++size) EXPECT_FALSE(decode(bytes(binary).first(size))) << size;
}

TEST(record, refuses_bytes_left_over_and_other_versions) {
  std::string binary = encoded(full_record());
  EXPECT_FALSE(decode(bytes(binary + "x")));
  binary[0] = 2;
  const auto decoded = decode(bytes(binary));
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("version 2"), std::string::npos);
  EXPECT_FALSE(decision_id_of(bytes(binary)));
}

TEST(record, a_length_beyond_the_end_allocates_nothing) {
  std::string binary = encoded(refused_record());
  for (std::size_t at = 84; at + 4 <= binary.size(); ++at) {
    std::string changed = binary;
    changed.replace(at, 4, "\xff\xff\xff\x7f");
    static_cast<void>(decode(bytes(changed)));
  }
}

TEST(record, the_decision_id_is_found_without_decoding) {
  const record one = full_record(9);
  EXPECT_EQ(decision_id_of(bytes(encoded(one))), one.decision_id);
  EXPECT_FALSE(decision_id_of({}));
}

TEST(record_json, holds_every_field) {
  std::string json;
  append_json(json, full_record());
  EXPECT_EQ(json,
            R"({"decision_id":"0193b3b4-1234-7222-8333-444455550001","reference":"order \"7\"",)"
            R"("correlation_id":"c-1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
            R"("received_at":"2026-09-21T14:13:20.123456Z","decided_at":"2026-09-21T14:13:20.123461Z",)"
            R"("model":{"name":"credit","version":"1.2",)"
            R"("sha256":"ab00000000000000000000000000000000000000000000000000000000000001"},"policy_version":"p1",)"
            R"("request":{"income": 1e3},"row":[1000,null,0.1],"missing":[false,true,false],"margin":-0.84729785,)"
            R"("score":0.3,"probabilities":[0.3,0.7],"decision":"reject",)"
            R"("reasons":["income too low","a \"quoted\" reason\n"],"cached":true,)"
            R"("copied_from":"0193b3b4-1234-7222-8333-4444555577ff","worker":3,)"
            R"("latency_us":{"bind":1.5,"cache":0.25,"score":2},"status":200,"response":{"decision":"reject"}})");
}

TEST(record_json, of_a_refused_request_has_nulls_and_the_request_as_text) {
  std::string json;
  append_json(json, refused_record());
  for (const char* part : {R"("reference":null)", R"("request":"{\"income\": tru")", R"("row":[],"missing":[])",
                           R"("margin":null,"score":null,"probabilities":null,"decision":null,"reasons":[])",
                           R"("copied_from":null)", R"("status":422,"response":{"detail":[]})"})
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
}

TEST(record_json, embeds_only_whole_json_texts) {
  for (const char* text : {"", "{", "{}x", "{} {}", "nan", "{'a':1}", "\xff"}) {
    record one;
    one.request = text;
    std::string json;
    append_json(json, one);
    EXPECT_NE(json.find("\"request\":\""), std::string::npos) << text;
  }
  record one;
  one.request = " [1, 2] ";
  std::string json;
  append_json(json, one);
  EXPECT_NE(json.find("\"request\": [1, 2] ,"), std::string::npos) << json;
}

TEST(record_json, what_is_not_finite_is_null_and_many_margins_are_a_list) {
  record one;
  one.margins = {1, std::numeric_limits<double>::infinity()};
  one.score = std::numeric_limits<double>::quiet_NaN();
  std::string json;
  append_json(json, one);
  EXPECT_NE(json.find(R"("margin":[1,null],"score":null)"), std::string::npos) << json;
}

}  // namespace
}  // namespace jury
