#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "drivers/sqlite/database.hpp"
#include "support/temporary_folder.hpp"

namespace jury::sqlite {
namespace {

class sqlite_test : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.path() + "/test.db"; }
  database open(const database_options& options = {}) {
    auto opened = database::open(path(), options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

 private:
  temporary_folder folder_;
};

TEST_F(sqlite_test, values_of_every_type_read_back) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n TEXT)"));
  auto insert = db.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)");
  ASSERT_TRUE(insert);
  const std::string text("a\0b", 3);
  const std::vector<std::byte> blob{std::byte{0}, std::byte{255}};
  insert->bind(1, std::numeric_limits<std::int64_t>::min());
  insert->bind(2, 0.1);
  insert->bind(3, std::string_view(text));
  insert->bind(4, std::span(blob));
  insert->bind_null(5);
  ASSERT_TRUE(insert->run());
  EXPECT_EQ(db.changes(), 1);

  auto select = db.prepare("SELECT i, r, s, b, n FROM t");
  ASSERT_TRUE(select);
  ASSERT_EQ(select->step().value(), true);
  EXPECT_EQ(select->integer(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(select->real(1), 0.1);
  EXPECT_EQ(select->text(2), text);
  EXPECT_TRUE(std::ranges::equal(select->blob(3), blob));
  EXPECT_TRUE(select->is_null(4));
  EXPECT_EQ(select->step().value(), false);
}

TEST_F(sqlite_test, empty_text_is_not_null_and_nan_is) {
  auto db = open();
  auto select = db.prepare("SELECT ?1, ?2, ?3, ?4");
  select->bind(1, std::string_view());
  select->bind(2, std::numeric_limits<double>::quiet_NaN());
  select->bind(3, std::optional<std::string_view>());
  select->bind(4, std::span<const std::byte>());
  ASSERT_EQ(select->step().value(), true);
  EXPECT_FALSE(select->is_null(0));
  EXPECT_TRUE(select->is_null(1));
  EXPECT_TRUE(select->is_null(2));
  EXPECT_FALSE(select->is_null(3));
}

TEST_F(sqlite_test, a_wrong_parameter_is_reported_by_the_step) {
  auto db = open();
  auto select = db.prepare("SELECT ?1");
  select->bind(2, std::int64_t{1});
  const auto row = select->step();
  ASSERT_FALSE(row);
  EXPECT_EQ(classify(row.error().code), failure_class::permanent);
  select->reset();
  EXPECT_TRUE(select->step());
}

TEST_F(sqlite_test, a_writer_uses_write_ahead_logging_and_full_sync) {
  auto db = open();
  EXPECT_EQ(db.query_integer("PRAGMA synchronous").value(), 2);
  auto mode = db.prepare("PRAGMA journal_mode");
  ASSERT_EQ(mode->step().value(), true);
  EXPECT_EQ(mode->text(0), "wal");
  EXPECT_EQ(open({.synchronous = synchronous::normal}).query_integer("PRAGMA synchronous").value(), 1);
}

TEST_F(sqlite_test, a_file_that_is_no_database_is_a_configuration_error) {
  std::FILE* file = std::fopen(path().c_str(), "wb");
  std::fputs(
      "this is a text of more than a hundred bytes, as long as the header of a database, and then some more of it",
      file);
  std::fclose(file);
  const auto db = database::open(path());
  ASSERT_FALSE(db);
  EXPECT_EQ(classify(db.error().code), failure_class::configuration);
  EXPECT_NE(db.error().message.find(path()), std::string::npos) << db.error().message;
}

TEST_F(sqlite_test, a_read_only_connection_reads_and_does_not_write) {
  auto writer = open();
  ASSERT_TRUE(writer.execute("CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (7)"));
  auto reader = open({.access = access::read_only});
  EXPECT_EQ(reader.query_integer("SELECT i FROM t").value(), 7);
  const auto written = reader.execute("INSERT INTO t VALUES (8)");
  ASSERT_FALSE(written);
  EXPECT_EQ(classify(written.error().code), failure_class::configuration);
}

TEST_F(sqlite_test, a_missing_file_is_not_created_for_reading) {
  EXPECT_FALSE(database::open(path(), {.access = access::read_only}));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(sqlite_test, a_locked_database_is_a_transient_error) {
  auto one = open();
  auto two = open({.busy_timeout = std::chrono::milliseconds(1)});
  auto held = transaction::begin(one);
  ASSERT_TRUE(held);
  const auto refused = transaction::begin(two);
  ASSERT_FALSE(refused);
  EXPECT_EQ(classify(refused.error().code), failure_class::transient);
}

TEST_F(sqlite_test, a_full_database_is_a_transient_error) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t (b BLOB); PRAGMA max_page_count = 5"));
  const auto written = db.execute("INSERT INTO t VALUES (zeroblob(100000))");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, SQLITE_FULL);
  EXPECT_EQ(classify(written.error().code), failure_class::transient);
}

TEST_F(sqlite_test, a_constraint_is_a_permanent_error_with_its_extended_code) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t (i INTEGER NOT NULL)"));
  const auto written = db.execute("INSERT INTO t VALUES (NULL)");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, SQLITE_CONSTRAINT_NOTNULL);
  EXPECT_EQ(classify(written.error().code), failure_class::permanent);
  EXPECT_NE(written.error().message.find("NOT NULL constraint failed: t.i"), std::string::npos);
}

TEST_F(sqlite_test, a_missing_table_is_a_configuration_error) {
  auto db = open();
  const auto read = db.prepare("SELECT * FROM nowhere");
  ASSERT_FALSE(read);
  EXPECT_EQ(classify(read.error().code), failure_class::configuration);
}

TEST_F(sqlite_test, a_transaction_is_rolled_back_unless_committed) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t (i INTEGER)"));
  {
    auto dropped = transaction::begin(db);
    ASSERT_TRUE(db.execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(db.query_integer("SELECT count(*) FROM t").value(), 0);
  auto kept = transaction::begin(db);
  ASSERT_TRUE(db.execute("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(kept->commit());
  EXPECT_EQ(db.query_integer("SELECT count(*) FROM t").value(), 1);
}

}  // namespace
}  // namespace jury::sqlite
