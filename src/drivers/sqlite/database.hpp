#pragma once
// A connection to a database file, and a transaction on it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "drivers/sqlite/error.hpp"
#include "drivers/sqlite/statement.hpp"

namespace jury::sqlite {

enum class access { read_only, read_write };

// What a commit survives: `normal` kill -9 of anything, `full` also power loss (one fdatasync a commit).
enum class synchronous { normal = 1, full = 2 };

struct database_options {
  jury::sqlite::access access = access::read_write;
  jury::sqlite::synchronous synchronous = synchronous::full;
  std::chrono::milliseconds busy_timeout{5000};
};

// Owns a connection. Not thread-safe, not to be used across a fork. A file has one writing connection in the whole
// system: SQLite 3.40 can corrupt a WAL that two connections reset.
class database {
 public:
  // Opens `path`, creating the file when writing. Sets write-ahead logging (when writing), `synchronous`, no memory
  // mapping, and reads each setting back: a database that does not take them is an error.
  static result<database> open(const std::string& path, const database_options& options = {});

  // Runs one or more statements that return nothing.
  result<void> execute(const std::string& sql);
  // Compiles one statement, to be run often.
  result<statement> prepare(const std::string& sql);
  // The first column of the first row of `sql`, as an integer; 0 when there is no row. For pragmas.
  result<std::int64_t> query_integer(const std::string& sql);

  // Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;

 private:
  struct close {
    void operator()(::sqlite3* handle) const;
  };
  explicit database(::sqlite3* handle) : handle_(handle) {}
  result<void> configure(const database_options& options);

  std::unique_ptr<::sqlite3, close> handle_;
};

// A write transaction: rolls back when it is destroyed without a commit.
class transaction {
 public:
  // BEGIN IMMEDIATE: the write lock is taken now, so that no later statement fails for it.
  static result<transaction> begin(database& connection);
  transaction(transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  transaction& operator=(transaction&&) = delete;
  ~transaction();

  // On failure the transaction is rolled back.
  result<void> commit();

 private:
  explicit transaction(database& connection) : connection_(&connection) {}
  database* connection_;  // null when done
};

}  // namespace jury::sqlite
