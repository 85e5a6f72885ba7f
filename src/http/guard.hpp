#pragma once
// The strict look at the raw bytes of a header, before any parser sees them. Everything on which two parsers could
// disagree is refused here, so that no request can hide in another one.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "http/limits.hpp"
#include "http/message.hpp"

namespace jury::http {

// What framing and the connection need to know of a header that passed.
struct head {
  http::method method = http::method::get;
  int minor_version = 1;
  std::optional<std::uint64_t> content_length;  // the largest value stands for all that do not fit
  bool chunked = false;
  bool expects_continue = false;  // and speaks HTTP/1.1
  bool says_close = false;
  bool says_keep_alive = false;
  std::size_t fields = 0;
  std::size_t begin = 0;  // of the request line; 2 when an empty line came first
  std::size_t end = 0;    // behind the empty line
};

// Checks one header, line by line, as bytes arrive. The outcome depends on the bytes only, never on how they were
// split. Refused:
//  400  bare LF or CR, NUL and other control characters, a blank before the colon, folded lines, an empty field name;
//       a malformed request line, target, version or Host; Host missing on 1.1 or given twice; Content-Length given
//       twice or not 1*DIGIT; any Transfer-Encoding but a single "chunked", on 1.0, or beside a Content-Length
//  414, 431  the limits of the request line and of the fields
//  417  an Expect other than 100-continue
//  501  a method that no route can have, TRACE and CONNECT among them
//  505  any version but 1.0 and 1.1, HTTP/2's preface included
class guard {
 public:
  // `rules` must outlive the guard.
  explicit guard(const limits& rules) noexcept : limits_(rules) {}

  // Call with all bytes since the header's begin whenever there are more; what was examined is not read again.
  // True: the header is whole and `facts` says what it holds. False: more bytes are needed.
  [[nodiscard]] std::expected<bool, refusal> check(std::string_view received);

  [[nodiscard]] const head& facts() const noexcept { return head_; }

  // Begin with the next header.
  void reset() noexcept;

 private:
  using outcome = std::expected<void, refusal>;

  std::expected<bool, refusal> find_begin(std::string_view received);
  outcome check_size(std::size_t end, bool line_is_whole) const;
  outcome request_line(std::string_view line);
  outcome field_line(std::string_view line);
  outcome framing_field(std::string_view name, std::string_view value);
  outcome whole_header();

  const limits& limits_;
  head head_;
  std::size_t line_ = 0;     // begin of the line to come
  std::size_t scanned_ = 0;  // no LF before this, from line_ on
  std::size_t fields_ = 0;   // begin of the first field line; 0 while the request line is awaited
  bool begun_ = false;
  bool host_ = false;
  bool transfer_encoding_ = false;
  bool unknown_expectation_ = false;
};

}  // namespace jury::http
