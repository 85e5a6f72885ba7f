#include "schema/json_scan.hpp"

#include <algorithm>
#include <string>

#include "schema/characters.hpp"

namespace jury::schema {
namespace {

using verdict = json_diagnosis::verdict;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Each step returns whether to go on; if not, `result` says why. Messages and positions follow Modules/_json.c.
class scanner {
 public:
  scanner(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  json_diagnosis run() {
    skip_space();
    bool more = true;
    while (more) {
      if (!value()) {
        return result_;
      }
      more = false;
      while (!open_.empty() && !more) {
        if (!after_value(more)) {
          return result_;
        }
      }
    }
    skip_space();
    if (at_ != text_.size()) {
      fail("Extra data", at_);
    } else if (lone_surrogate_) {
      result_.is = verdict::unreadable;
    }
    return result_;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool fail(std::string_view message, std::size_t byte) {
    result_ = {verdict::malformed, message, count_characters(text_.substr(0, byte))};
    return false;
  }

  bool give_up() {
    result_.is = verdict::unreadable;
    return false;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

  // A scalar, an empty container, or the beginning of one: up to where its first value is expected.
  bool value() {
    for (;;) {
      const char c = peek();
      if (c != '{' && c != '[') {
        return c == '"' ? string() : literal();
      }
      if (open_.size() == max_depth_) {
        return give_up();
      }
      const char close = c == '{' ? '}' : ']';
      ++at_;
      skip_space();
      if (at(close)) {
        ++at_;
        return true;
      }
      open_ += close;
      if (c == '{' && !key()) {
        return false;
      }
    }
  }

  // Closes the innermost container, or goes on to its next value.
  bool after_value(bool& more) {
    skip_space();
    if (at(open_.back())) {
      ++at_;
      open_.pop_back();
      return true;
    }
    if (!at(',')) {
      return fail("Expecting ',' delimiter", at_);
    }
    ++at_;
    skip_space();
    more = true;
    return open_.back() == ']' || key();
  }

  bool key() {
    if (!at('"')) {
      return fail("Expecting property name enclosed in double quotes", at_);
    }
    if (!string()) {
      return false;
    }
    skip_space();
    if (!at(':')) {
      return fail("Expecting ':' delimiter", at_);
    }
    ++at_;
    skip_space();
    return true;
  }

  bool string() {
    const auto begin = at_++;
    bool high = false;
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '\\' && text_.substr(at_ + 1).starts_with('u')) {
        if (!unicode_escape(high)) {
          return false;
        }
        continue;
      }
      lone_surrogate_ |= high;
      high = false;
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20) {
        return fail("Invalid control character at", at_);
      }
      if (c == '\\') {
        if (++at_ == text_.size()) {
          break;
        }
        if (!std::string_view("\"\\/bfnrt").contains(text_[at_])) {
          return fail("Invalid \\escape", at_ - 1);
        }
      }
    }
    return fail("Unterminated string starting at", begin);
  }

  // CPython wants a character after the four digits as well, which changes the message at the text's end only.
  bool unicode_escape(bool& high) {
    const auto u = at_ + 1;
    if (text_.size() - u < 6) {
      return fail("Invalid \\uXXXX escape", u);
    }
    int code = 0;
    for (const char c : text_.substr(u + 1, 4)) {
      const int digit = hex_digit(c);
      if (digit < 0) {
        return fail("Invalid \\uXXXX escape", u);
      }
      code = code * 16 + digit;
    }
    const bool low = code >= 0xDC00 && code <= 0xDFFF;
    lone_surrogate_ |= high != low;
    high = code >= 0xD800 && code <= 0xDBFF;
    at_ = u + 4;
    return true;
  }

  bool literal() {
    for (const std::string_view word : {"null", "true", "false"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return true;
      }
    }
    return number();
  }

  std::size_t skip_digits(std::size_t from) const {
    while (from < text_.size() && is_digit(text_[from])) {
      ++from;
    }
    return from;
  }

  // The longest prefix that is a number; what follows is the next step's trouble.
  bool number() {
    const auto begin = at_;
    const auto first = begin + (at('-') ? 1 : 0);
    auto end = skip_digits(first);
    if (end == first) {
      return fail("Expecting value", begin);
    }
    if (text_[first] == '0') {
      end = first + 1;
    }
    const auto digits = end - first;
    bool real = false;
    if (text_.substr(end).starts_with('.') && skip_digits(end + 1) > end + 1) {
      end = skip_digits(end + 1);
      real = true;
    }
    if (end < text_.size() && (text_[end] | 0x20) == 'e') {
      auto exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) {
        ++exponent;
      }
      if (const auto last = skip_digits(exponent); last > exponent) {
        end = last;
        real = true;
      }
    }
    at_ = end;
    return real || digits <= max_integer_digits || give_up();
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::string open_;  // the closing brackets awaited
  bool lone_surrogate_ = false;
  json_diagnosis result_;
};

}  // namespace

json_diagnosis diagnose_json(std::string_view text, std::size_t max_depth) { return scanner(text, max_depth).run(); }

}  // namespace jury::schema
