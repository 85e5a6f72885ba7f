#pragma once
// A record on disk: a header of 28 bytes, little-endian, then the payload.
//
//    0  u32  magic           8  u32  payload length    16  u64  sequence number
//    4  u16  version         12 u32  payload CRC-32C   24  u32  CRC-32C of the 24 bytes before
//    6  u16  zero

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jury::spool {

inline constexpr std::size_t header_bytes = 28;
inline constexpr std::size_t max_record_bytes = 1 << 20;
// Larger sequence numbers are taken for damage, so that adding to one never wraps.
inline constexpr std::uint64_t max_sequence = std::uint64_t{1} << 62;

struct record_header {
  std::uint32_t length;
  std::uint32_t payload_crc;
  std::uint64_t sequence;
};

// Appends header and payload to `out`. `payload` must not be longer than max_record_bytes.
void append_record(std::vector<std::byte>& out, std::uint64_t sequence, std::span<const std::byte> payload);

// The header at the start of `bytes`, at least header_bytes long; nothing when any of it is not as it must be.
std::optional<record_header> parse_header(std::span<const std::byte> bytes);

// Position of the first valid header in `bytes`, with a sequence number in [from, below). Linear in their size.
std::optional<std::size_t> find_header(std::span<const std::byte> bytes, std::uint64_t from, std::uint64_t below);

}  // namespace jury::spool
