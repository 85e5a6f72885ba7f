#pragma once
// Floor 1. What is wrong with a request, in the form that FastAPI answers with.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace jury::schema {

// A key or an index: ["body", "age"], ["query", "l", 1].
using location = std::vector<std::variant<std::string, std::int64_t>>;

// One entry of "detail". Owns all its text.
struct validation_error {
  std::string type;  // "greater_than_equal"
  location loc;
  std::string message;       // "Input should be greater than or equal to 18"
  std::string input;         // the offending value as JSON; for a missing key the object that lacks it
  std::string context = {};  // a JSON object, {"ge":18}; empty: no "ctx"
};

// Appends {"detail":[{"type":…,"loc":…,"msg":…,"input":…[,"ctx":…]},…]}, compact.
void append_422(std::string& out, const std::vector<validation_error>& errors);

// Why a body was not bound.
struct refusal {
  int status = 422;                      // 422: see errors; 400: the body could not be read at all
  std::vector<validation_error> errors;  // empty with 400

  // Puts what is wrong with a header or a parameter before what is wrong with the body. A body that could not be parsed
  // stands alone, as in FastAPI, which reads no parameters then.
  void add_in_front(validation_error error);
  // Appends the answer's body.
  void append_to(std::string& out) const;
};

[[nodiscard]] validation_error missing(location loc, std::string input);
// A body that is not an object where a model is expected.
[[nodiscard]] refusal not_an_object(std::string input);
// `position` in characters from the body's start.
[[nodiscard]] refusal json_invalid(std::string_view message, std::size_t position);
[[nodiscard]] refusal unreadable_body();

}  // namespace jury::schema
