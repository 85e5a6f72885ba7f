#pragma once
// Floor 2, src/drivers/sqlite: a thin owner of libsqlite3's handles. Every call blocks. This file: how calls fail.

#include <expected>
#include <string>

struct sqlite3;

namespace jury::sqlite {

struct failure {
  int code;             // SQLite's extended result code
  std::string message;  // what was being done, and SQLite's text
};

template <typename T>
using result = std::expected<T, failure>;

// What a failed write calls for.
enum class failure_class {
  transient,      // busy, locked, disk full, I/O, out of memory: the same write may succeed later
  permanent,      // this very row will never be taken: constraint, type, too big
  configuration,  // no row will be taken until somebody acts: no such table, read-only, corrupt, cannot open
};

failure_class classify(int extended_code);

// A failure that is none of SQLite's and of class `configuration`: a file with other tables than expected.
failure unusable(std::string message);

// The failure behind the last call on `handle` that returned `code`; `handle` may be null.
failure make_failure(::sqlite3* handle, int code, const std::string& what);

}  // namespace jury::sqlite
