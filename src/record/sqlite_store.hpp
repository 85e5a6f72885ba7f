#pragma once
// Records out of the table `decisions` of a SQLite file.

#include <optional>
#include <string>

#include "drivers/sqlite/database.hpp"
#include "record/store.hpp"

namespace jury {

// Opens the file read-only at the first question, and again after an error. Each question is one short statement, so
// that no reader keeps the write-ahead log from being reset.
class sqlite_store final : public store {
 public:
  explicit sqlite_store(std::string path) : path_(std::move(path)) {}

  result<std::optional<record>> find(const uuid& decision_id) override;

 private:
  struct connection {
    sqlite::database database;  // before its statement
    sqlite::statement select;
  };
  sqlite::result<void> connect();
  result<std::optional<record>> ask(const uuid& decision_id);

  std::string path_;
  std::optional<connection> connection_;
};

}  // namespace jury
