#pragma once
// Floor 1. A table as people keep it, CSV with a header, in memory.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace jury::model {

// Text cells in rows of equal length under named columns. Immutable, so any number of threads may read it.
class table {
 public:
  // RFC 4180: commas, quotes doubled inside quotes, lines ended by LF or CRLF, an optional UTF-8 byte order mark.
  // Refuses ragged rows, duplicate or empty column names, stray quotes and bytes after a closing quote; every error
  // names the line. A header without rows is a table with no rows.
  [[nodiscard]] static result<table> parse(std::string_view csv);

  // Reads the file and parses it; errors begin with the path.
  [[nodiscard]] static result<table> read(const std::filesystem::path& file);

  [[nodiscard]] std::size_t rows() const noexcept { return lines_.size(); }
  [[nodiscard]] std::size_t columns() const noexcept { return header_.size(); }
  [[nodiscard]] const std::vector<std::string>& header() const noexcept { return header_; }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const noexcept;

  // Unquoted text of a cell; lives as long as the table. Indices must be in range.
  [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const noexcept;

  // The line of the file, from 1, on which the row begins.
  [[nodiscard]] std::size_t line(std::size_t row) const noexcept { return lines_[row]; }

 private:
  friend class csv_parser;
  std::vector<std::string> header_;
  std::string text_;                 // all cells, one after the other
  std::vector<std::uint64_t> ends_;  // where each cell ends in text_, row by row
  std::vector<std::uint64_t> lines_;
};

// "", NA, NaN and null, in any case, stand for a value that is not there.
[[nodiscard]] bool is_missing(std::string_view cell) noexcept;

// The whole cell as a finite decimal number; nothing if it is anything else.
[[nodiscard]] std::optional<double> parse_number(std::string_view cell) noexcept;

// true or false in any case; nothing if it is anything else.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view cell) noexcept;

}  // namespace jury::model
