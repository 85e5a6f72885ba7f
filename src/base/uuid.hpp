#pragma once
// UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random bits. Ids sort by the time they were made and
// can't be guessed.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jury {

struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const uuid&) const = default;

  // The 36 characters of the canonical form, lower case.
  [[nodiscard]] std::string to_string() const;
  // Appends the same 36 characters.
  void append_to(std::string& out) const;
  // Accepts the canonical form in either case, nothing else.
  static std::optional<uuid> parse(std::string_view text);
};

// Makes UUIDv7s from the kernel's random generator, which it asks for a block at a time. Not thread-safe; make one a
// thread, after any fork, so that two processes never share a block.
class uuid_generator {
 public:
  // `unix_milliseconds`: time since 1970-01-01 UTC. Throws std::system_error when the kernel gives no randomness.
  uuid next(std::uint64_t unix_milliseconds);

 private:
  std::array<std::uint8_t, 1280> pool_{};
  std::size_t used_ = pool_.size();
};

}  // namespace jury
