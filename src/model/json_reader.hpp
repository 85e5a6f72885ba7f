#pragma once
// Floor 1. A strict JSON reader that pulls: the caller walks the document, numbers come straight from their text. Made
// for files whose numbers must keep every bit and whose authors may be hostile.
//
//   json_reader json(text);
//   json.object([&](std::string_view key) {
//     if (key == "depth") depth = json.number<int>(); else json.skip();
//   });
//   json.end();

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace jury::model {

// Thrown by json_reader; caught where a parser gives back its result. The text names JSON path and line.
struct json_error : std::runtime_error {
  using runtime_error::runtime_error;
};

enum class json_kind : std::uint8_t { object, array, string, number, boolean, null };

enum class json_dialect : std::uint8_t {
  strict,        // RFC 8259
  not_a_number,  // and the words NaN, Infinity and -Infinity as numbers, as XGBoost writes them
};

class json_reader {
 public:
  static constexpr std::size_t max_depth = 64;

  // Refers to `text`, which must outlive the reader.
  explicit json_reader(std::string_view text, json_dialect dialect = json_dialect::strict)
      : text_(text), dialect_(dialect) {}

  // What the next value is, by its first character.
  [[nodiscard]] json_kind peek();

  // Calls member(key) for each member; it must read or skip() the value. A key that comes twice is an error.
  template <std::invocable<std::string_view> Member>
  void object(Member&& member);

  // Calls element(index) for each element; it must read or skip() the value.
  template <std::invocable<std::size_t> Element>
  void array(Element&& element);

  [[nodiscard]] std::string string();
  [[nodiscard]] bool boolean();

  // Correctly rounded to T; an error if T cannot hold it.
  template <typename T>
  [[nodiscard]] T number();

  // An array of numbers.
  template <typename T>
  [[nodiscard]] std::vector<T> numbers();

  void skip();  // the next value, whatever it is
  void end();   // nothing but space may follow

  // Ends the reading: "at learner.trees[3] (line 7): MESSAGE".
  [[noreturn]] void fail(std::string_view message) const;

 private:
  struct step {
    std::string key;
    std::size_t index = 0;
    bool is_index = false;
  };

  // Where the next value stands: "learner.trees[3]"; "the top" for the whole document.
  [[nodiscard]] std::string path() const;
  void space();
  char next();  // first character of a value or a mark, not consumed
  bool take(char mark);
  void expect(char mark);
  void enter();
  void leave() { path_.pop_back(); }
  bool word(std::string_view word);
  std::string_view number_text();
  void escape(std::string& out);
  unsigned hex4();

  std::string_view text_;
  std::size_t at_ = 0;
  json_dialect dialect_;
  std::vector<step> path_;
};

template <std::invocable<std::string_view> Member>
void json_reader::object(Member&& member) {
  if (next() != '{') fail("expected an object");
  ++at_;
  enter();
  if (!take('}')) {
    std::set<std::string, std::less<>> seen;
    do {
      auto key = string();
      if (!seen.insert(key).second) fail("the key \"" + key + "\" comes twice");
      expect(':');
      path_.back().key = key;
      member(std::string_view(key));
    } while (take(','));
    expect('}');
  }
  leave();
}

template <std::invocable<std::size_t> Element>
void json_reader::array(Element&& element) {
  if (next() != '[') fail("expected an array");
  ++at_;
  enter();
  path_.back().is_index = true;
  if (!take(']')) {
    std::size_t index = 0;
    do {
      path_.back().index = index;
      element(index++);
    } while (take(','));
    expect(']');
  }
  leave();
}

template <typename T>
T json_reader::number() {
  const auto digits = number_text();
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) fail("the number " + std::string(digits) + " is out of range");
  if (error != std::errc() || end != digits.data() + digits.size()) {
    fail("expected " + std::string(std::integral<T> ? "a whole number" : "a number") + ", got " + std::string(digits));
  }
  return value;
}

template <typename T>
std::vector<T> json_reader::numbers() {
  std::vector<T> values;
  array([&](std::size_t) { values.push_back(number<T>()); });
  return values;
}

}  // namespace jury::model
