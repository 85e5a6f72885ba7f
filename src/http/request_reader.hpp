#pragma once
// From bytes to requests, without I/O: every way to split a connection's bytes gives the same requests and the same
// refusal.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/chunked_body.hpp"
#include "http/guard.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"

namespace jury::http {

// Reads the requests of one connection, one at a time. Bytes of later requests wait in its buffer. In the steady state
// it does not allocate.
//
//   const auto space = reader.space();
//   reader.received(socket.read_some(space));
//   if (reader.read() == request_reader::progress::complete) { answer(reader.current()); reader.next(); }
class request_reader {
 public:
  enum class progress : std::uint8_t {
    need_more,  // receive more bytes and read again
    complete,   // `current` is a whole request; read no further before `next`
    refused,    // answer `why` and close: nothing behind this point can be trusted
  };
  // What the next byte belongs to.
  enum class part : std::uint8_t { idle, header, body };

  // `rules` must outlive the reader.
  explicit request_reader(const limits& rules) noexcept : limits_(rules), guard_(rules), chunks_(rules.body) {}

  // Free space for the next bytes, never empty. May move the buffer.
  [[nodiscard]] std::span<char> space();
  // The first `size` bytes of `space` were filled.
  void received(std::size_t size) noexcept { end_ += size; }

  [[nodiscard]] progress read();

  // True once a request, when its body is awaited, none of it has come and the client waits for "100 Continue".
  [[nodiscard]] bool take_continue() noexcept;

  [[nodiscard]] request& current() noexcept { return request_; }
  [[nodiscard]] const refusal& why() const noexcept { return refusal_; }
  // After `refused`: the request without its body, or null when the header was not whole and good.
  [[nodiscard]] const request* understood();
  // Drops the request that was complete, with all views of it.
  void next();

  [[nodiscard]] part awaited() const noexcept;
  // Bytes behind the complete request are in the buffer.
  [[nodiscard]] bool has_surplus() const noexcept { return begin_ + size_ < end_; }
  // Of the request that is being read: body bytes so far, for the minimum rate.
  [[nodiscard]] std::size_t body_received() const noexcept;

 private:
  progress refuse(const refusal& why) noexcept;
  progress read_header();
  progress read_body();
  std::optional<refusal> bind_header();
  [[nodiscard]] std::span<char> bytes() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

  static constexpr std::size_t initial_capacity = 4 * 1024;
  static constexpr std::size_t kept_capacity = 64 * 1024;

  const limits& limits_;
  http::guard guard_;
  chunked_body chunks_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of the current request
  std::size_t end_ = 0;    // of the bytes received
  std::size_t size_ = 0;   // of the current request, once it is complete
  bool in_body_ = false;
  bool moved_ = false;  // since the header's views were made
  bool continue_taken_ = false;
  progress last_ = progress::need_more;
  request request_;
  std::string path_;  // when it had to be decoded
  refusal refusal_;
};

}  // namespace jury::http
