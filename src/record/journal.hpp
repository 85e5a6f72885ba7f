#pragma once
// A worker's end of the record: what was decided goes to the spool before the answer leaves.

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "record/record.hpp"
#include "runtime/loop.hpp"
#include "spool/writer.hpp"

namespace jury {

// What an answered record survives.
enum class durability : std::uint8_t {
  memory,   // nothing: it is lost with the process, up to 50 ms of records
  process,  // kill -9 of every process of the server: it is in the page cache before the answer
};

// All records of a loop's turn are written with one system call at the turn's end. For the loop's thread only.
class journal {
 public:
  // A batch of records on its way to the spool.
  class ticket;

  // Registers itself with the loop; must outlive the loop's run.
  journal(loop& events, spool::writer writer, durability promise);
  journal(const journal&) = delete;
  journal& operator=(const journal&) = delete;

  // Takes a record into this turn's batch, or says why not: the request must then be refused.
  std::expected<ticket, spool::append_error> append(const record_view& what);
  // Resumes when the batch has the promised durability: true, or false when it could not be written (the reason is
  // logged) and none of its answers may be given.
  task<bool> durable(ticket which);

  // Writes what is pending: at the end of a drain.
  void flush();
  // Whether records could not be written in the last seconds.
  [[nodiscard]] bool failing() const;
  // Records of answered requests that a failed write lost: only durability `memory` answers before it writes.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t held_bytes() { return writer_.held_bytes(); }

 private:
  enum class fate : std::uint8_t { pending, written, lost };

  void end_of_turn();

  loop& loop_;
  spool::writer writer_;
  durability promise_;
  std::string scratch_;
  std::shared_ptr<fate> batch_;  // shared by the batch and the requests that wait for it
  std::uint64_t batched_ = 0;    // records in it
  std::uint64_t lost_ = 0;
  std::int64_t flush_at_ = 0;
  std::int64_t failed_until_ = 0;  // steady nanoseconds
};

class journal::ticket {
 private:
  friend class journal;
  explicit ticket(std::shared_ptr<const fate> batch) : batch_(std::move(batch)) {}
  std::shared_ptr<const fate> batch_;
};

}  // namespace jury
