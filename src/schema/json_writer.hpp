#pragma once
// Floor 1. Writing JSON documents by appending to a string; single strings are base/json_text.hpp's.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jury::schema {

// Copies one valid JSON text without its white space. A number that no double holds (1e999) is written as a string,
// since readers disagree about it; everything else stays as it came, escapes included.
void append_compact(std::string& out, std::string_view json);

// Compact JSON, piece by piece; puts the commas. The caller balances begin and end and puts a key before each member's
// value. Holds a reference to the string it appends to.
//
//   json_writer json(out);
//   json.begin_object();
//   json.key("loc");
//   json.begin_array();
//   json.string("body");
//   json.end_array();
//   json.end_object();            // {"loc":["body"]}
class json_writer {
 public:
  explicit json_writer(std::string& out) : out_(out), start_(out.size()) {}

  void begin_object() { open('{'); }
  void end_object() { out_ += '}'; }
  void begin_array() { open('['); }
  void end_array() { out_ += ']'; }
  void key(std::string_view name);

  void string(std::string_view text);
  void number(double value);
  void integer(std::int64_t value);
  void boolean(bool value);
  // A value that is JSON already.
  void raw(std::string_view json);

  // key and value at once.
  void member(std::string_view name, std::string_view text);

 private:
  void open(char bracket);
  void separate();

  std::string& out_;
  std::size_t start_;
};

}  // namespace jury::schema
