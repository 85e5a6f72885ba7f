#pragma once
// A prepared statement: bind, step, read the columns, reset, again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "drivers/sqlite/error.hpp"

struct sqlite3_stmt;

namespace jury::sqlite {

// Must not outlive its database. Not thread-safe.
class statement {
 public:
  // Parameters count from 1. Text and blobs are not copied: they must stay valid until reset() or the next bind.
  // A failed bind (a wrong index, a text over SQLite's limit) is reported by the next step().
  void bind(int index, std::int64_t value);
  void bind(int index, double value);  // NaN becomes NULL
  void bind(int index, std::string_view text);
  void bind(int index, std::span<const std::byte> blob);
  void bind_null(int index);
  void bind(int index, const std::optional<std::string_view>& text);

  // True when there is a row to read, false when the statement is done.
  result<bool> step();
  // Back to the start, for new parameters. Also ends the read transaction that an unfinished SELECT holds open.
  void reset();
  // step() once, then reset(): for statements that return no rows.
  result<void> run();

  // Columns count from 0. Text and blobs are valid until the next step() or reset().
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::span<const std::byte> blob(int column) const;

 private:
  friend class database;
  struct finalize {
    void operator()(::sqlite3_stmt* handle) const;
  };
  explicit statement(::sqlite3_stmt* handle) : handle_(handle) {}
  void note(int code);

  std::unique_ptr<::sqlite3_stmt, finalize> handle_;
  int bind_code_ = 0;  // the first bind that failed since reset()
};

}  // namespace jury::sqlite
