#pragma once
// Floor 3, src/record: what was decided, kept. A worker encodes a record into the spool; the recorder's relay moves it
// from there to a sink; a store or the spool finds it again. This file: the record and its binary form.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arithmetic.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"

namespace jury {

using sha256_digest = std::array<std::uint8_t, 32>;

// Where the time went up to the append, in nanoseconds; more than 4.2 s does not fit and is written as the largest.
struct latency_split {
  std::uint32_t bind = 0;   // reading and checking the request
  std::uint32_t cache = 0;  // asking the cache
  std::uint32_t score = 0;  // the model and the policy

  bool operator==(const latency_split&) const = default;
};

// The fields that need no memory of their own.
struct record_facts {
  uuid decision_id;              // UUIDv7, made at decision time
  std::int64_t received_at = 0;  // nanoseconds since 1970
  std::int64_t decided_at = 0;   // likewise
  sha256_digest model_sha256{};  // of the model file
  jury::arithmetic arithmetic = arithmetic::f64;
  std::optional<double> score;      // after the link; none for a refused request
  bool cached = false;              // answered from a cache
  std::optional<uuid> copied_from;  // the decision whose answer the cache held
  std::uint32_t worker = 0;         // number of the worker process
  latency_split latency;
  std::uint16_t status = 0;  // HTTP status of the answer

  bool operator==(const record_facts&) const = default;
};

// A record as the worker has it at hand: borrows everything. A refused request (422) is a record too: no decision, no
// score, an empty row, and the request possibly cut short.
struct record_view : record_facts {
  std::optional<std::string_view> reference;  // the caller's own key
  std::optional<std::string_view> correlation_id;
  std::optional<std::string_view> trace_id;
  std::string_view model_name;
  std::string_view model_version;
  std::string_view policy_version;
  std::string_view request;               // the body as received
  std::span<const double> row;            // as scored; NaN: missing
  std::span<const double> margins;        // before the link, one a class or one
  std::span<const double> probabilities;  // one a class; empty for two classes
  std::string_view decision;              // empty for a refused request
  std::span<const std::string_view> reasons;
  std::string_view response;  // the answer's body, byte for byte
};

// The same, owning everything. Equality is equality of content; NaN equals nothing, so compare encodings instead.
struct record : record_facts {
  std::optional<std::string> reference;
  std::optional<std::string> correlation_id;
  std::optional<std::string> trace_id;
  std::string model_name;
  std::string model_version;
  std::string policy_version;
  std::string request;
  std::vector<double> row;
  std::vector<double> margins;
  std::vector<double> probabilities;
  std::string decision;
  std::vector<std::string> reasons;
  std::string response;

  bool operator==(const record&) const = default;
};

// Appends the binary form, version 1, to `out`. Equal records have equal encodings. Well under a microsecond; throws
// only std::bad_alloc. The spool bounds the size of what it takes.
void encode(const record_view& source, std::string& out);
void encode(const record& source, std::string& out);

// The record in `bytes`, which may be anything: never allocates more than a small multiple of their size. Fails on
// another version, on a length that does not fit and on bytes left over.
result<record> decode(std::span<const std::byte> bytes);

// The decision id alone, without reading the rest. Nothing when `bytes` is no record of a version known here.
std::optional<uuid> decision_id_of(std::span<const std::byte> bytes);

}  // namespace jury
