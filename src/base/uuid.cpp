#include "base/uuid.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace jury {
namespace {

constexpr char digits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

}  // namespace

void uuid::append_to(std::string& out) const {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (dash_before(i)) out.push_back('-');
    out.push_back(digits[bytes[i] >> 4]);
    out.push_back(digits[bytes[i] & 15]);
  }
}

std::string uuid::to_string() const {
  std::string text;
  text.reserve(36);
  append_to(text);
  return text;
}

std::optional<uuid> uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  uuid id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return id;
}

uuid uuid_generator::next(std::uint64_t unix_milliseconds) {
  constexpr std::size_t random_bytes = 10;
  if (used_ + random_bytes > pool_.size()) {
    std::size_t filled = 0;
    while (filled < pool_.size()) {
      const ssize_t got = getrandom(pool_.data() + filled, pool_.size() - filled, 0);
      if (got < 0 && errno != EINTR) throw std::system_error(errno, std::system_category(), "getrandom");
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }
  uuid id;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(unix_milliseconds >> (40 - 8 * i));
  std::memcpy(id.bytes.data() + 6, pool_.data() + used_, random_bytes);
  used_ += random_bytes;
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

}  // namespace jury
