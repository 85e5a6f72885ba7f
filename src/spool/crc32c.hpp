#pragma once
// CRC-32C (Castagnoli), the checksum of iSCSI and ext4.

#include <cstddef>
#include <cstdint>
#include <span>

namespace jury::spool {

// With the processor's instruction where it has one, else with crc32c_portable.
std::uint32_t crc32c(std::span<const std::byte> bytes);

// The same by tables, on any processor.
std::uint32_t crc32c_portable(std::span<const std::byte> bytes);

}  // namespace jury::spool
