#pragma once
// Records into the table `decisions` of a SQLite file.

#include <string>

#include "drivers/sqlite/database.hpp"
#include "record/sink.hpp"
#include "record/sqlite_schema.hpp"

namespace jury {

// The file's only writer: one in the whole system. A batch is one transaction.
class sqlite_sink final : public sink {
 public:
  // Opens or creates the file and its tables. Fails on a file whose schema is newer than this program.
  static sink_result<sqlite_sink> open(const std::string& path,
                                       sqlite::synchronous synchronous = sqlite::synchronous::full);

  sink_result<delivered> write(std::span<const record> batch) override;
  sink_result<void> bury(const dead_letter& letter) override;

 private:
  sqlite_sink(sqlite::database connection, sqlite::statement insert, sqlite::statement same, sqlite::statement dead);
  enum class outcome { stored, absorbed, dead };
  sqlite::result<outcome> write_one(const record& one);
  sqlite::result<void> insert_dead_letter(const dead_letter& letter);

  sqlite::database connection_;  // before its statements
  sqlite::statement insert_;
  sqlite::statement same_;
  sqlite::statement dead_;
  sqlite_schema::row_texts texts_;  // what bound parameters point to
  std::string encoded_;
};

}  // namespace jury
