#include "record/journal.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"

namespace jury {
namespace {

constexpr std::int64_t memory_flush_interval = 50'000'000;

// A failure is remembered this long: so readiness comes back by itself, and one line speaks for a burst of failures.
constexpr std::int64_t failure_memory = 5'000'000'000;

}  // namespace

journal::journal(loop& events, spool::writer writer, durability promise)
    : loop_(events), writer_(std::move(writer)), promise_(promise) {
  loop_.at_turn_end([this] { end_of_turn(); });
}

std::expected<journal::ticket, spool::append_error> journal::append(const record_view& what) {
  scratch_.clear();
  encode(what, scratch_);
  if (const auto taken = writer_.append(std::as_bytes(std::span(scratch_))); !taken) {
    return std::unexpected(taken.error());
  }
  ++batched_;
  if (!batch_) batch_ = std::make_shared<fate>(fate::pending);
  return ticket(batch_);
}

task<bool> journal::durable(ticket which) {
  if (promise_ == durability::memory) co_return true;
  while (*which.batch_ == fate::pending) co_await loop_.turn_end();
  co_return *which.batch_ == fate::written;
}

void journal::end_of_turn() {
  if (!batch_) return;
  if (promise_ == durability::memory) {
    const std::int64_t now = steady_nanoseconds();
    if (now < flush_at_) return;
    flush_at_ = now + memory_flush_interval;
  }
  flush();
}

bool journal::failing() const { return steady_nanoseconds() < failed_until_; }

void journal::flush() {
  if (!batch_) return;
  const auto done = writer_.flush();
  if (!done) {
    if (!failing()) log::error("records could not be written to the spool: {}", done.error().message);
    failed_until_ = steady_nanoseconds() + failure_memory;
    if (promise_ == durability::memory) lost_ += batched_;
  }
  *batch_ = done ? fate::written : fate::lost;
  batch_.reset();
  batched_ = 0;
}

}  // namespace jury
