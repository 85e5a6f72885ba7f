#include "drivers/sqlite/statement.hpp"

#include <sqlite3.h>

namespace jury::sqlite {

void statement::finalize::operator()(::sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

void statement::note(int code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void statement::bind(int index, std::int64_t value) { note(sqlite3_bind_int64(handle_.get(), index, value)); }

void statement::bind(int index, double value) { note(sqlite3_bind_double(handle_.get(), index, value)); }

// SQLite takes a null pointer for NULL, also when the length is zero; an empty text is not NULL here.
void statement::bind(int index, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void statement::bind(int index, std::span<const std::byte> blob) {
  const void* data = blob.data() == nullptr ? static_cast<const void*>("") : blob.data();
  note(sqlite3_bind_blob64(handle_.get(), index, data, blob.size(), SQLITE_STATIC));
}

void statement::bind_null(int index) { note(sqlite3_bind_null(handle_.get(), index)); }

void statement::bind(int index, const std::optional<std::string_view>& text) {
  if (text) {
    bind(index, *text);
  } else {
    bind_null(index);
  }
}

result<bool> statement::step() {
  ::sqlite3* connection = sqlite3_db_handle(handle_.get());
  if (bind_code_ != SQLITE_OK) return std::unexpected(make_failure(connection, bind_code_, "bind a parameter"));
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(make_failure(connection, code, sqlite3_sql(handle_.get())));
}

void statement::reset() {
  sqlite3_reset(handle_.get());
  bind_code_ = SQLITE_OK;
}

result<void> statement::run() {
  const auto stepped = step();
  reset();
  if (!stepped) return std::unexpected(stepped.error());
  return {};
}

bool statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

std::int64_t statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

double statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }

std::string_view statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const std::byte> statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(handle_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

}  // namespace jury::sqlite
