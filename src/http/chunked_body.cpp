#include "http/chunked_body.hpp"

#include <algorithm>
#include <cstring>

#include "http/syntax.hpp"

namespace jury::http {
namespace {

std::unexpected<refusal> bad(std::string_view detail) { return std::unexpected(refusal{400, detail}); }

}  // namespace

std::expected<bool, refusal> chunked_body::join(std::span<char> bytes) {
  for (auto at = size_; at < bytes.size();) {
    if (state_ == expecting::data) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_, bytes.size() - at));
      std::memmove(bytes.data() + size_, bytes.data() + at, piece);
      size_ += piece;
      at += piece;
      chunk_ -= piece;
      if (chunk_ == 0) state_ = expecting::data_cr;
      continue;
    }
    const auto whole = step(bytes[at++]);
    if (!whole) return whole;
    if (*whole) {
      consumed_ = at;
      return true;
    }
  }
  return false;
}

std::expected<bool, refusal> chunked_body::step(char c) {
  switch (state_) {
    case expecting::first_digit:
    case expecting::digit:
      if (syntax::is(c, syntax::hex)) {
        if (++digits_ > 16) return bad("A chunk size has more than 16 digits");
        chunk_ = chunk_ << 4 | syntax::hex_value(c);
        state_ = expecting::digit;
        return false;
      }
      if (state_ == expecting::first_digit || c != '\r') return bad("Malformed chunk size");
      state_ = expecting::line_feed;
      return false;
    case expecting::line_feed:
      if (c != '\n') return bad("Malformed chunk size");
      if (chunk_ > limit_ - size_) return std::unexpected(refusal{413, "The body is too large"});
      digits_ = 0;
      state_ = chunk_ == 0 ? expecting::last_cr : expecting::data;
      return false;
    case expecting::data_cr:
      if (c != '\r') return bad("A chunk is longer than its size");
      state_ = expecting::data_lf;
      return false;
    case expecting::data_lf:
      if (c != '\n') return bad("A chunk must end in CRLF");
      state_ = expecting::first_digit;
      return false;
    case expecting::last_cr:
      if (c != '\r') return bad("Trailers are not accepted");
      state_ = expecting::last_lf;
      return false;
    case expecting::last_lf:
      if (c != '\n') return bad("The last chunk must end in CRLF");
      return true;
    case expecting::data:
      break;
  }
  return false;
}

}  // namespace jury::http
