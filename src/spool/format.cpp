#include "spool/format.hpp"

#include <array>
#include <cstring>

#include "spool/crc32c.hpp"

namespace jury::spool {
namespace {

// The first two bytes occur in no UTF-8 text, so that a request kept in a payload is never taken for a header.
constexpr std::array magic{std::byte{0xf5}, std::byte{0xff}, std::byte{'J'}, std::byte{'S'}};
constexpr std::uint16_t version = 1;
constexpr std::size_t checked_bytes = header_bytes - sizeof(std::uint32_t);

template <typename Word>
void store(std::byte* to, Word word) {
  std::memcpy(to, &word, sizeof word);
}

template <typename Word>
Word load(const std::byte* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

void append_record(std::vector<std::byte>& out, std::uint64_t sequence, std::span<const std::byte> payload) {
  std::array<std::byte, header_bytes> header{};
  std::memcpy(header.data(), magic.data(), magic.size());
  store(header.data() + 4, version);
  store(header.data() + 8, static_cast<std::uint32_t>(payload.size()));
  store(header.data() + 12, crc32c(payload));
  store(header.data() + 16, sequence);
  store(header.data() + checked_bytes, crc32c(std::span(header).first<checked_bytes>()));
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), payload.begin(), payload.end());
}

std::optional<record_header> parse_header(std::span<const std::byte> bytes) {
  const std::byte* at = bytes.data();
  if (std::memcmp(at, magic.data(), magic.size()) != 0) return std::nullopt;
  if (load<std::uint32_t>(at + checked_bytes) != crc32c(bytes.first<checked_bytes>())) return std::nullopt;
  if (load<std::uint16_t>(at + 4) != version) return std::nullopt;
  const record_header header{.length = load<std::uint32_t>(at + 8),
                             .payload_crc = load<std::uint32_t>(at + 12),
                             .sequence = load<std::uint64_t>(at + 16)};
  if (header.length > max_record_bytes || header.sequence > max_sequence) return std::nullopt;
  return header;
}

std::optional<std::size_t> find_header(std::span<const std::byte> bytes, std::uint64_t from, std::uint64_t below) {
  std::size_t at = 0;
  while (at + header_bytes <= bytes.size()) {
    const void* hit = std::memchr(bytes.data() + at, std::to_integer<int>(magic[0]), bytes.size() - at);
    if (hit == nullptr) return std::nullopt;
    at = static_cast<std::size_t>(static_cast<const std::byte*>(hit) - bytes.data());
    if (at + header_bytes > bytes.size()) return std::nullopt;
    const auto header = parse_header(bytes.subspan(at));
    if (header && header->sequence >= from && header->sequence < below) return at;
    ++at;
  }
  return std::nullopt;
}

}  // namespace jury::spool
