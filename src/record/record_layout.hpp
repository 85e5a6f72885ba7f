#pragma once
// The binary form of a record, version 1, little-endian. For record_encode.cpp and record_decode.cpp only.
//
//   u8 version, u8 flags, u16 status, u32 worker, 16 bytes decision id, i64 received, i64 decided, 32 bytes SHA-256,
//   u32 bind, u32 cache, u32 score (nanoseconds)
//   f64 score and 16 bytes copied-from, where the flags say so
//   texts, each u32 length and bytes: reference, correlation id, trace id (where the flags say so), model name, model
//   version, policy version, request
//   lists of numbers, each u32 count and f64s: row, margins, probabilities
//   text decision; u32 count and texts: reasons; text response

#include <bit>
#include <cstddef>
#include <cstdint>

namespace jury::layout {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint8_t version = 1;
inline constexpr std::size_t decision_id_offset = 8;
inline constexpr std::size_t fixed_bytes = 84;

enum flag : std::uint8_t {
  has_score = 1,
  is_cached = 2,
  has_copied_from = 4,
  is_f32 = 8,
  has_reference = 16,
  has_correlation_id = 32,
  has_trace_id = 64,
  unused = 128,
};

}  // namespace jury::layout
