#pragma once
// The Date field.

#include <array>
#include <ctime>
#include <string_view>

namespace jury::http {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7), written anew only when the second has changed. Not thread-safe.
class date_clock {
 public:
  // Valid until the next call. `now`: seconds since 1970-01-01 UTC, up to the year 9999.
  std::string_view at(std::time_t now) noexcept {
    if (now != second_) write(now);
    return {text_.data(), text_.size()};
  }

 private:
  void write(std::time_t now) noexcept;

  std::time_t second_ = -1;
  std::array<char, 29> text_{};
};

}  // namespace jury::http
