#include "model/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace jury::model {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, unsigned point) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

// The length of the number at the front by RFC 8259's grammar, 0 if there is none.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const auto first = at;
  const auto whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return 0;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

}  // namespace

std::string json_reader::path() const {
  std::string text;
  for (const auto& step : path_) {
    if (step.is_index) {
      text += fmt::format("[{}]", step.index);
    } else {
      if (!text.empty()) text += '.';
      text += step.key;
    }
  }
  return text.empty() ? "the top" : text;
}

void json_reader::fail(std::string_view message) const {
  const auto line = 1 + std::ranges::count(text_.substr(0, at_), '\n');
  throw json_error(fmt::format("at {} (line {}): {}", path(), line, message));
}

void json_reader::space() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

char json_reader::next() {
  space();
  if (at_ == text_.size()) fail("the text ends in the middle");
  return text_[at_];
}

bool json_reader::take(char mark) {
  if (next() != mark) return false;
  ++at_;
  return true;
}

void json_reader::expect(char mark) {
  if (!take(mark)) fail(fmt::format("expected '{}'", mark));
}

void json_reader::enter() {
  if (path_.size() == max_depth) fail(fmt::format("nested more than {} deep", max_depth));
  path_.emplace_back();
}

bool json_reader::word(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

json_kind json_reader::peek() {
  switch (next()) {
    case '{':
      return json_kind::object;
    case '[':
      return json_kind::array;
    case '"':
      return json_kind::string;
    case 't':
    case 'f':
      return json_kind::boolean;
    case 'n':
      return json_kind::null;
    default:
      return json_kind::number;
  }
}

bool json_reader::boolean() {
  next();
  if (word("true")) return true;
  if (word("false")) return false;
  fail("expected true or false");
}

std::string_view json_reader::number_text() {
  next();
  const auto rest = text_.substr(at_);
  auto length = number_length(rest);
  if (length == 0 && dialect_ == json_dialect::not_a_number) {
    for (const std::string_view name : {"NaN", "Infinity", "-Infinity"}) {
      if (rest.starts_with(name)) length = name.size();
    }
  }
  if (length == 0) fail("expected a number");
  at_ += length;
  return rest.substr(0, length);
}

unsigned json_reader::hex4() {
  unsigned value = 0;
  const auto digits = text_.substr(at_, 4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + 4) fail("expected four hexadecimal digits after \\u");
  at_ += 4;
  return value;
}

void json_reader::escape(std::string& out) {
  if (at_ == text_.size()) fail("the text ends inside a string");
  static constexpr std::string_view marks = "\"\\/bfnrt";
  static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const char mark = text_[at_++];
  if (const auto found = marks.find(mark); found != std::string_view::npos) {
    out += meanings[found];
    return;
  }
  if (mark != 'u') fail("unknown escape in a string");
  auto point = hex4();
  if (point >= 0xd800 && point < 0xdc00) {
    if (!word("\\u")) fail("a high surrogate without a low one");
    const auto low = hex4();
    if (low < 0xdc00 || low > 0xdfff) fail("a high surrogate without a low one");
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  } else if (point >= 0xdc00 && point < 0xe000) {
    fail("a low surrogate without a high one");
  }
  append_utf8(out, point);
}

std::string json_reader::string() {
  if (next() != '"') fail("expected a string");
  ++at_;
  std::string out;
  for (;;) {
    const auto from = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    out += text_.substr(from, at_ - from);
    if (at_ == text_.size()) fail("the text ends inside a string");
    const char mark = text_[at_++];
    if (mark == '"') break;
    if (mark != '\\') fail("a control character inside a string");
    escape(out);
  }
  if (!is_utf8(out)) fail("a string that is not UTF-8");
  return out;
}

void json_reader::skip() {
  switch (peek()) {
    case json_kind::object:
      return object([&](std::string_view) { skip(); });
    case json_kind::array:
      return array([&](std::size_t) { skip(); });
    case json_kind::string:
      static_cast<void>(string());
      return;
    case json_kind::boolean:
      static_cast<void>(boolean());
      return;
    case json_kind::number:
      number_text();
      return;
    case json_kind::null:
      if (!word("null")) fail("expected a value");
  }
}

void json_reader::end() {
  space();
  if (at_ != text_.size()) fail("expected the end of the text");
}

}  // namespace jury::model
