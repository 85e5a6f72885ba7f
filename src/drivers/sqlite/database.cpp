#include "drivers/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <memory>

namespace jury::sqlite {

// close_v2, so that a statement that wrongly outlives its connection is a leak and not a use after free.
void database::close::operator()(::sqlite3* handle) const { sqlite3_close_v2(handle); }

result<database> database::open(const std::string& path, const database_options& options) {
  const bool is_writer = options.access == access::read_write;
  const int flags = (is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  ::sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  database opened(handle);  // also owns the handle of a failed open
  if (code != SQLITE_OK) return std::unexpected(make_failure(handle, code, "open the SQLite file " + path));
  if (auto done = opened.configure(options); !done) {
    done.error().message = "set up the SQLite file " + path + ": " + done.error().message;
    return std::unexpected(done.error());
  }
  return opened;
}

result<void> database::configure(const database_options& options) {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(options.busy_timeout.count()));
  if (options.access == access::read_write) {
    auto mode = prepare("PRAGMA journal_mode = WAL");
    if (!mode) return std::unexpected(mode.error());
    if (const auto row = mode->step(); !row) return std::unexpected(row.error());
    if (mode->text(0) != "wal")
      return std::unexpected(failure{SQLITE_CANTOPEN, fmt::format("journal_mode must be wal, is {}", mode->text(0))});
  }
  struct setting {
    const char* name;
    int value;
  };
  const setting settings[] = {{"synchronous", static_cast<int>(options.synchronous)}, {"mmap_size", 0}};
  for (const auto& [name, value] : settings) {
    if (auto set = execute(fmt::format("PRAGMA {} = {}", name, value)); !set) return set;
    const auto is = query_integer(fmt::format("PRAGMA {}", name));
    if (!is) return std::unexpected(is.error());
    if (*is != value)
      return std::unexpected(failure{SQLITE_CANTOPEN, fmt::format("{} must be {}, is {}", name, value, *is)});
  }
  return {};
}

result<void> database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(make_failure(handle_.get(), code, sql));
  return {};
}

result<statement> database::prepare(const std::string& sql) {
  ::sqlite3_stmt* compiled = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
  if (code != SQLITE_OK) return std::unexpected(make_failure(handle_.get(), code, sql));
  return statement(compiled);
}

result<std::int64_t> database::query_integer(const std::string& sql) {
  auto query = prepare(sql);
  if (!query) return std::unexpected(query.error());
  const auto row = query->step();
  if (!row) return std::unexpected(row.error());
  return *row ? query->integer(0) : 0;
}

std::int64_t database::changes() const { return sqlite3_changes64(handle_.get()); }

result<transaction> transaction::begin(database& connection) {
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
  return transaction(connection);
}

// Some failures (disk full, I/O) roll back on their own; the ROLLBACK then fails, which changes nothing.
transaction::~transaction() {
  if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK"));
}

result<void> transaction::commit() {
  auto committed = connection_->execute("COMMIT");
  if (!committed) static_cast<void>(connection_->execute("ROLLBACK"));
  connection_ = nullptr;
  return committed;
}

}  // namespace jury::sqlite
