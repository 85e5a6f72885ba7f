#pragma once
// The tables of a SQLite store, and how a record becomes a row of `decisions` and back. For sqlite_sink.cpp and
// sqlite_store.cpp only.

#include <string>

#include "drivers/sqlite/database.hpp"
#include "record/record.hpp"

namespace jury::sqlite_schema {

inline constexpr int version = 1;  // PRAGMA user_version

// Creates the tables in an empty file. Fails, with a configuration error, on a file of another version.
sqlite::result<void> create(sqlite::database& connection);

// INSERT of all columns that does nothing when the id is taken; a SELECT of one row when the table holds this very
// record; a SELECT of all columns of the decision ?1.
extern const std::string insert_sql;
extern const std::string same_sql;
extern const std::string select_sql;

// Texts that bound parameters point to; reused from row to row.
struct row_texts {
  std::string decision_id, sha256, row, margins, probabilities, reasons, copied_from;
};

// Binds all columns of insert_sql or same_sql. `source` and `texts` must live until the statement is reset.
void bind(sqlite::statement& to, const record& source, row_texts& texts);

// The record in the current row of select_sql; fails on a row that a person has edited into something else.
result<record> read(const sqlite::statement& from);

}  // namespace jury::sqlite_schema
