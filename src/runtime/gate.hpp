#pragma once
// Nothing is detached: every spawned task belongs to a gate, and somebody awaits the gate.

#include <cstddef>
#include <vector>

#include "runtime/loop.hpp"

namespace jury {

// Counts the tasks inside. For one loop's thread only. Destroying a gate with tasks inside is a bug and aborts.
class gate {
 public:
  explicit gate(loop& owner) noexcept : loop_(owner) {}
  ~gate();
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;

  // Starts `work` on the gate's loop with a copy of the current context. An exception that leaves it is logged.
  // Spawning into a closed gate throws std::logic_error.
  void spawn(task<> work);

  // Lets nothing in any more and resumes when the last task has left.
  task<> close();

  [[nodiscard]] std::size_t inside() const noexcept { return inside_; }

 private:
  void leave();

  loop& loop_;
  std::size_t inside_ = 0;
  bool closed_ = false;
  std::vector<task_handler<void()>> waiting_;
};

}  // namespace jury
