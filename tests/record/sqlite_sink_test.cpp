#include "record/sqlite_sink.hpp"

#include "record/sqlite_store.hpp"
#include "support.hpp"

namespace jury {
namespace {

class sqlite_sink_test : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.path() + "/decisions.db"; }
  sqlite_sink open() {
    auto opened = sqlite_sink::open(path());
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  std::int64_t ask(const std::string& sql) {
    return sqlite::database::open(path(), {.access = sqlite::access::read_only})->query_integer(sql).value();
  }
  std::optional<record> find(const uuid& id) { return sqlite_store(path()).find(id).value(); }

 private:
  temporary_folder folder_;
};

TEST_F(sqlite_sink_test, stores_every_field) {
  auto sink = open();
  const std::vector batch{full_record(1), full_record(2), refused_record()};
  const auto written = sink.write(batch);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->stored, 3U);
  for (const record& one : batch) {
    const auto found = find(one.decision_id);
    ASSERT_TRUE(found);
    EXPECT_EQ(encoded(*found), encoded(one));
  }
}

TEST_F(sqlite_sink_test, numbers_keep_all_their_bits) {
  auto sink = open();
  record one = full_record();
  one.arithmetic = arithmetic::f64;
  one.row = {0.1 + 0.2, 5e-324, -std::numeric_limits<double>::infinity(), 1.7976931348623157e308};
  one.margins = {1.0 / 3, 2.0 / 3};
  one.score = 0.1 + 0.7;
  ASSERT_TRUE(sink.write(std::span(&one, 1)));
  EXPECT_EQ(encoded(*find(one.decision_id)), encoded(one));
}

TEST_F(sqlite_sink_test, texts_keep_every_byte) {
  auto sink = open();
  record one = full_record();
  one.request = std::string("\0\xff\xfe'\"", 5);
  one.reasons = {std::string("a\0b", 3), "", "\xf0\x9f\x98\x80"};
  ASSERT_TRUE(sink.write(std::span(&one, 1)));
  EXPECT_EQ(encoded(*find(one.decision_id)), encoded(one));
  EXPECT_EQ(sink.write(std::span(&one, 1))->absorbed, 1U);
}

TEST_F(sqlite_sink_test, equal_content_is_absorbed) {
  auto sink = open();
  const std::vector batch{full_record(1), full_record(2)};
  ASSERT_TRUE(sink.write(batch));
  const auto again = sink.write(std::vector{full_record(1), full_record(2), full_record(3)});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->stored, 1U);
  EXPECT_EQ(again->absorbed, 2U);
  EXPECT_EQ(ask("SELECT count(*) FROM decisions"), 3);
  EXPECT_EQ(ask("SELECT count(*) FROM dead_letters"), 0);
}

// Each field alone makes a difference.
TEST_F(sqlite_sink_test, other_content_under_one_id_is_a_dead_letter) {
  auto sink = open();
  const record original = full_record();
  ASSERT_TRUE(sink.write(std::span(&original, 1)));
  const std::vector<void (*)(record&)> changes{
      [](record& r) { r.reference.reset(); },
      [](record& r) { r.correlation_id = "x"; },
      [](record& r) { r.trace_id = "x"; },
      [](record& r) { r.received_at += 1; },
      [](record& r) { r.decided_at += 1; },
      [](record& r) { r.model_name = "x"; },
      [](record& r) { r.model_version = "x"; },
      [](record& r) { r.model_sha256[5] = 1; },
      [](record& r) { r.policy_version = "x"; },
      [](record& r) { r.request += " "; },
      [](record& r) { r.row[0] += 1; },
      [](record& r) { r.row[1] = 0; },
      [](record& r) { r.margins[0] = 1; },
      [](record& r) { r.score.reset(); },
      [](record& r) { r.probabilities.clear(); },
      [](record& r) { r.decision = "approve"; },
      [](record& r) { r.reasons.pop_back(); },
      [](record& r) { r.cached = false; },
      [](record& r) { r.copied_from.reset(); },
      [](record& r) { r.worker = 4; },
      [](record& r) { r.latency.bind += 1; },
      [](record& r) { r.latency.cache += 1; },
      [](record& r) { r.latency.score += 1; },
      [](record& r) { r.status = 201; },
      [](record& r) { r.arithmetic = arithmetic::f64; },
      [](record& r) { r.response = "{}"; },
  };
  std::int64_t letters = 0;
  for (const auto change : changes) {
    record changed = original;
    change(changed);
    const auto written = sink.write(std::span(&changed, 1));
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->dead, 1U) << letters;
    EXPECT_EQ(ask("SELECT count(*) FROM dead_letters"), ++letters);
  }
  EXPECT_EQ(encoded(*find(original.decision_id)), encoded(original));
}

TEST_F(sqlite_sink_test, a_dead_letter_is_kept_once) {
  auto sink = open();
  const std::string payload = "no record";
  const dead_letter letter{.decision_id = {}, .reason = "why", .payload = std::as_bytes(std::span(payload))};
  ASSERT_TRUE(sink.bury(letter));
  ASSERT_TRUE(sink.bury(letter));
  EXPECT_EQ(ask("SELECT count(*) FROM dead_letters"), 1);
}

TEST_F(sqlite_sink_test, a_batch_is_written_whole_or_not_at_all) {
  auto sink = open();
  auto other = sqlite::database::open(path());
  ASSERT_TRUE(
      other->execute("CREATE TRIGGER refuse BEFORE INSERT ON decisions WHEN NEW.status = 422 "
                     "BEGIN SELECT RAISE(ABORT, 'refused'); END"));
  const auto written = sink.write(std::vector{full_record(1), refused_record(), full_record(2)});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, sink_failure::permanent);
  EXPECT_EQ(ask("SELECT count(*) FROM decisions"), 0);
  EXPECT_TRUE(sink.write(std::vector{full_record(1)}));
}

TEST_F(sqlite_sink_test, a_newer_schema_is_refused_in_clear_words) {
  {
    open();
  }
  ASSERT_TRUE(sqlite::database::open(path())->execute("PRAGMA user_version = 9"));
  const auto sink = sqlite_sink::open(path());
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().kind, sink_failure::configuration);
  EXPECT_NE(sink.error().message.find("version 9"), std::string::npos) << sink.error().message;
  EXPECT_FALSE(sqlite_store(path()).find(full_record().decision_id));
}

TEST_F(sqlite_sink_test, a_store_that_does_not_exist_yet_holds_nothing) {
  sqlite_store store(path());
  EXPECT_EQ(store.find(full_record().decision_id).value(), std::nullopt);
  {
    ASSERT_TRUE(sqlite::database::open(path()));
  }  // a file without tables
  EXPECT_EQ(store.find(full_record().decision_id).value(), std::nullopt);
  auto sink = open();
  ASSERT_TRUE(sink.write(std::vector{full_record()}));
  EXPECT_TRUE(store.find(full_record().decision_id).value());
}

TEST_F(sqlite_sink_test, a_reader_sees_each_commit_and_holds_up_no_writer) {
  auto sink = open();
  sqlite_store store(path());
  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_TRUE(sink.write(std::vector{full_record(i)}));
    EXPECT_TRUE(store.find(full_record(i).decision_id).value()) << i;
  }
}

TEST_F(sqlite_sink_test, a_row_that_was_edited_into_nonsense_is_an_error) {
  auto sink = open();
  ASSERT_TRUE(sink.write(std::vector{full_record()}));
  ASSERT_TRUE(sqlite::database::open(path())->execute("UPDATE decisions SET margins = 'many'"));
  const auto found = sqlite_store(path()).find(full_record().decision_id);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("column margins"), std::string::npos) << found.error().message;
}

}  // namespace
}  // namespace jury
