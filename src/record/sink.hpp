#pragma once
// Where records go: a database or a queue.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>

#include "base/uuid.hpp"
#include "record/record.hpp"

namespace jury {

// What became of a batch; the three add up to its size.
struct delivered {
  std::size_t stored = 0;
  std::size_t absorbed = 0;  // was there already, with equal content: a redelivery
  std::size_t dead = 0;      // was there already, with other content: kept as a dead letter
};

enum class sink_failure {
  transient,      // the same batch may succeed later
  permanent,      // some record of the batch will never be taken
  configuration,  // no record will be taken until somebody acts
};

struct sink_error {
  sink_failure kind;
  std::string message;
};

template <typename T>
using sink_result = std::expected<T, sink_error>;

// A record that can't be stored as a decision, kept for a person to look at.
struct dead_letter {
  std::optional<uuid> decision_id;  // none when the bytes are no record
  std::string reason;
  std::span<const std::byte> payload;  // the encoded record, or whatever was found in its place
};

// Not thread-safe; used by one relay.
class sink {
 public:
  virtual ~sink() = default;

  // Stores the batch durably, all or nothing: after a failure none of it counts as written, and the same batch may
  // come again. Idempotent on the decision id.
  virtual sink_result<delivered> write(std::span<const record> batch) = 0;

  // Keeps a dead letter durably. Burying the same letter twice keeps one.
  virtual sink_result<void> bury(const dead_letter& letter) = 0;
};

}  // namespace jury
