#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/clock.hpp"
#include "base/cpu_count.hpp"
#include "base/json_text.hpp"
#include "base/metrics.hpp"
#include "base/uuid.hpp"

namespace jury {
namespace {

TEST(uuid, has_version_variant_and_time) {
  uuid_generator make;
  const auto text = make.next(0x0123456789AB).to_string();
  EXPECT_EQ(text.substr(0, 13), "01234567-89ab");
  EXPECT_EQ(text[14], '7');
  EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
}

TEST(uuid, sorts_by_time_as_bytes_and_as_text) {
  uuid_generator make;
  const auto earlier = make.next(1000);
  const auto later = make.next(1001);
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.to_string(), later.to_string());
}

TEST(uuid, does_not_repeat_over_many_refills) {
  uuid_generator make;
  std::set<uuid> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(make.next(7));
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(uuid, parses_what_it_prints_and_nothing_else) {
  uuid_generator make;
  const auto id = make.next(5);
  EXPECT_EQ(uuid::parse(id.to_string()), id);
  EXPECT_EQ(uuid::parse("01234567-89AB-7000-8000-000000000000").value().to_string(),
            "01234567-89ab-7000-8000-000000000000");
  for (const char* wrong : {"", "01234567-89ab-7000-8000-00000000000", "01234567-89ab-7000-8000-0000000000000",
                            "0123456789ab-7000-8000-0000000000000-", "g1234567-89ab-7000-8000-000000000000"}) {
    EXPECT_FALSE(uuid::parse(wrong)) << wrong;
  }
}

TEST(clock, prints_rfc3339_with_microseconds) {
  EXPECT_EQ(rfc3339(1'700'000'000'123'456'789), "2023-11-14T22:13:20.123456Z");
}

TEST(cpu_count, is_at_least_one_and_at_most_the_machine) {
  EXPECT_GE(available_cpus(), 1U);
  EXPECT_LE(available_cpus(), std::thread::hardware_concurrency());
}

TEST(json_text, escapes_what_json_demands_and_no_more) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01/\x7f\xc3\xa9");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001/\x7f\xc3\xa9\"");
}

TEST(json_text, replaces_bytes_that_are_not_utf8) {
  for (const auto& [bytes, expected] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"ok \xf0\x9f\x98\x80", "\"ok \xf0\x9f\x98\x80\""},
           {"\xff", "\"\xEF\xBF\xBD\""},
           {"\xc0\xaf", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
           {"\xe2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
           {"\xed\xa0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}}) {
    std::string out;
    append_json_string_lossy(out, bytes);
    EXPECT_EQ(out, expected);
  }
}

TEST(metrics, merge_the_blocks_of_all_processes) {
  metrics::registry all;
  const auto requests = all.add(metrics::kind::counter, "requests_total", "Requests.", "status=\"2xx\"");
  const auto refused = all.add(metrics::kind::counter, "requests_total", "Requests.", "status=\"4xx\"");
  const auto duration = all.add(metrics::kind::histogram, "duration_seconds", "Duration.");
  std::vector<metrics::cell> memory(2 * all.cells());
  const std::span<metrics::cell> cells(memory);
  const std::span<metrics::cell> blocks[] = {cells.first(all.cells()), cells.last(all.cells())};
  metrics::block(blocks[0]).add(requests, 2);
  metrics::block(blocks[1]).add(requests);
  metrics::block(blocks[1]).add(refused);
  metrics::block(blocks[0]).observe(duration, 10'000);
  metrics::block(blocks[1]).observe(duration, 10'001);
  metrics::block(blocks[1]).observe(duration, 9'000'000'000);
  const auto text = all.render(blocks);
  EXPECT_TRUE(
      text.starts_with("# HELP requests_total Requests.\n# TYPE requests_total counter\n"
                       "requests_total{status=\"2xx\"} 3\nrequests_total{status=\"4xx\"} 1\n"))
      << text;
  EXPECT_NE(text.find("duration_seconds_bucket{le=\"1e-05\"} 1\nduration_seconds_bucket{le=\"2.5e-05\"} 2\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("duration_seconds_bucket{le=\"2.5\"} 2\nduration_seconds_bucket{le=\"+Inf\"} 3\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("duration_seconds_count 3\n"), std::string::npos);
}

}  // namespace
}  // namespace jury
