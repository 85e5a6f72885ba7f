#include "model/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/utf8.hpp"
#include "model/files.hpp"

namespace jury::model {

// Reads row by row into a table; a failure is kept in error_ and stops the loops.
class csv_parser {
 public:
  explicit csv_parser(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
  }

  result<table> parse() {
    if (!is_utf8(text_)) return fail("the table is not UTF-8");
    if (text_.empty()) return fail("the table is empty: expected a line with the names of the columns");
    if (!row()) return fail(error_);
    if (auto named = name_columns(); !named) return std::unexpected(std::move(named).error());
    while (at_ < text_.size()) {
      const auto first = line_;
      const auto before = out_.ends_.size();
      if (!row()) return fail(error_);
      const auto cells = out_.ends_.size() - before;
      if (cells != out_.columns()) {
        return fail(fmt::format("line {}: expected {} cells, got {}", first, out_.columns(), cells));
      }
      out_.lines_.push_back(first);
    }
    return std::move(out_);
  }

 private:
  result<void> name_columns() {
    std::uint64_t from = 0;
    std::set<std::string, std::less<>> seen;
    for (const auto end : out_.ends_) {
      auto name = out_.text_.substr(from, end - from);
      from = end;
      const auto column = out_.header_.size() + 1;
      if (name.empty()) return fail(fmt::format("line 1: column {} has no name", column));
      if (!seen.insert(name).second) return fail(fmt::format("line 1: two columns are named \"{}\"", name));
      out_.header_.push_back(std::move(name));
    }
    out_.text_.clear();
    out_.ends_.clear();
    return {};
  }

  bool row() {
    for (;;) {
      if (!(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain())) return false;
      out_.ends_.push_back(out_.text_.size());
      if (at_ == text_.size() || line_end()) return true;
      ++at_;  // a comma: cells end at nothing else
    }
  }

  bool plain() {
    const auto end = std::min(text_.find_first_of(",\n\"", at_), text_.size());
    if (end < text_.size() && text_[end] == '"') return refuse("a quote inside a cell that does not begin with one");
    auto cell = text_.substr(at_, end - at_);
    if (cell.ends_with('\r') && (end == text_.size() || text_[end] == '\n')) cell.remove_suffix(1);
    out_.text_ += cell;
    at_ = end;
    return true;
  }

  bool quoted() {
    const auto first = line_;
    for (++at_;;) {
      const auto end = text_.find('"', at_);
      if (end == text_.npos) {
        line_ = first;
        return refuse("a quoted cell begins here and never ends");
      }
      const auto part = text_.substr(at_, end - at_);
      line_ += static_cast<std::size_t>(std::ranges::count(part, '\n'));
      out_.text_ += part;
      at_ = end + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      out_.text_ += '"';
      ++at_;
    }
    const auto rest = text_.substr(at_);
    if (rest.empty() || rest.starts_with(',') || rest.starts_with('\n') || rest.starts_with("\r\n")) return true;
    return refuse("expected a comma or the end of the line after a closing quote");
  }

  bool line_end() {
    const auto rest = text_.substr(at_);
    const std::size_t length = rest.starts_with('\n') ? 1 : rest.starts_with("\r\n") ? 2 : 0;
    at_ += length;
    if (length > 0) ++line_;
    return length > 0;
  }

  bool refuse(std::string_view what) {
    error_ = fmt::format("line {}: {}", line_, what);
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::string error_;
  table out_;
};

result<table> table::parse(std::string_view csv) { return csv_parser(csv).parse(); }

result<table> table::read(const std::filesystem::path& file) {
  auto text = read_file(file, std::uint64_t{16} << 30);
  if (!text) return std::unexpected(std::move(text).error());
  auto value = parse(*text);
  if (!value) return fail(fmt::format("{}: {}", file.string(), value.error().message));
  return value;
}

std::optional<std::size_t> table::find(std::string_view column) const noexcept {
  const auto found = std::ranges::find(header_, column);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

std::string_view table::cell(std::size_t row, std::size_t column) const noexcept {
  const auto index = row * columns() + column;
  const auto from = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(from, ends_[index] - from);
}

namespace {

bool equal_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return std::ranges::equal(text, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

}  // namespace

bool is_missing(std::string_view cell) noexcept {
  return cell.empty() || equal_ignoring_case(cell, "na") || equal_ignoring_case(cell, "nan") ||
         equal_ignoring_case(cell, "null");
}

std::optional<double> parse_number(std::string_view cell) noexcept {
  if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view cell) noexcept {
  if (equal_ignoring_case(cell, "true")) return true;
  if (equal_ignoring_case(cell, "false")) return false;
  return std::nullopt;
}

}  // namespace jury::model
