#include "drivers/sqlite/error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace jury::sqlite {

failure_class classify(int extended_code) {
  switch (extended_code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
      return failure_class::permanent;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
    case SQLITE_SCHEMA:
      return failure_class::transient;
    default:
      return failure_class::configuration;
  }
}

failure unusable(std::string message) { return {SQLITE_CANTOPEN, std::move(message)}; }

failure make_failure(::sqlite3* handle, int code, const std::string& what) {
  // A null handle means that SQLite had no memory for one, and no message either.
  const char* text = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  const int extended = handle == nullptr ? code : sqlite3_extended_errcode(handle);
  const bool is_about_this = (extended & 0xff) == (code & 0xff);
  return {is_about_this ? extended : code,
          fmt::format("{}: {} (SQLite code {})", what, is_about_this ? text : sqlite3_errstr(code),
                      is_about_this ? extended : code)};
}

}  // namespace jury::sqlite
