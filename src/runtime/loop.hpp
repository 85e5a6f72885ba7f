#pragma once
// The event loop: one thread that runs every task given to it, one step at a time.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/task.hpp"

namespace jury {

// A loop runs in turns: the handlers that are ready, then the hooks of the turn's end. What many tasks of a turn need
// once (a write for all records appended) belongs in a hook. Everything but `stop` and `executor` is for the loop's own
// thread.
class loop {
 public:
  loop();
  ~loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  // Runs until `stop`. Makes this loop the thread's current one.
  void run();
  // Runs until `main` has ended, and throws what it throws, or until `stop`: then `main` stays where it waits, and goes
  // on when the loop runs again.
  void run(task<> main);
  // May be called from any thread; `run` returns after the turn. Before a run, it ends that one; more than one call
  // ends no more than one run.
  void stop();

  // Calls `hook` at the end of every turn, in the order of registration. It must not throw.
  void at_turn_end(std::function<void()> hook);
  // Resumes after the hooks at the end of this turn have run.
  task<> turn_end();

  [[nodiscard]] asio::io_context::executor_type executor() noexcept { return context_.get_executor(); }
  [[nodiscard]] asio::io_context& io() noexcept { return context_; }

  // The loop that runs on this thread, or null.
  static loop* current() noexcept;

 private:
  void end_turn();

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  bool stopped_ = false;
  std::atomic<std::uint64_t> ended_runs_ = 0;
  std::vector<std::function<void()>> hooks_;
  std::vector<task_handler<void()>> waiting_;
  std::vector<task_handler<void()>> resuming_;
};

// Waits without holding a thread.
task<> sleep(std::chrono::nanoseconds duration);

}  // namespace jury
