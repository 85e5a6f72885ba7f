#pragma once
// A strict reader of the chunked transfer coding.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "http/message.hpp"

namespace jury::http {

// Joins the chunks of one body in place. A size line holds 1 to 16 hexadecimal digits and nothing else: extensions are
// refused, and so are trailers and line ends other than CRLF (400). A body over the limit is refused (413) at the size
// line that exceeds it.
class chunked_body {
 public:
  explicit chunked_body(std::size_t limit) noexcept : limit_(limit) {}

  // `bytes` is the joined body so far, `size()` bytes of it, and behind it the bytes received since. On return the
  // first `size()` bytes are the joined body. True: the body is whole and the bytes from `consumed()` on belong to the
  // next request. False: all bytes were used up, and the next ones go behind the joined body.
  [[nodiscard]] std::expected<bool, refusal> join(std::span<char> bytes);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t consumed() const noexcept { return consumed_; }

 private:
  enum class expecting : std::uint8_t { first_digit, digit, line_feed, data, data_cr, data_lf, last_cr, last_lf };

  std::expected<bool, refusal> step(char c);

  std::size_t limit_;
  std::size_t size_ = 0;
  std::size_t consumed_ = 0;
  std::uint64_t chunk_ = 0;  // the size being read, then what is left of the chunk
  int digits_ = 0;
  expecting state_ = expecting::first_digit;
};

}  // namespace jury::http
