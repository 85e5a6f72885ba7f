#pragma once
// Floor 0. The two ways to fail: `result<T>` for everyday outcomes (parsing, files, a missing key), exceptions for what
// ends a request or the start-up.

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace jury {

// What went wrong, in words for the person who must act: what was expected, what came, and where.
struct error {
  std::string message;
};

template <typename T>
using result = std::expected<T, error>;

// `return fail("...")` from any function that returns a result<T>.
[[nodiscard]] inline std::unexpected<error> fail(std::string message) {
  return std::unexpected(error{std::move(message)});
}

// "WHAT: No such file or directory": the text of errno (or of another error number) behind what was being done.
[[nodiscard]] inline error system_error(const std::string& what, int number) {
  return error{what + ": " + std::system_category().message(number)};
}

}  // namespace jury
