#pragma once
// The parent of all processes. It never touches a request: it starts children, notices their end, starts them again,
// and carries signals.

#include <chrono>
#include <functional>

#include "base/status_board.hpp"

namespace jury::process {

// What to run. The functions are called in the children, but where it says otherwise.
struct plan {
  std::size_t workers = 1;            // 1 to status_board::most_workers
  std::function<bool()> before_load;  // in the supervisor, before each loader; false: it can't be started
  std::function<int()> loader;        // runs to its end before workers of its generation start
  std::function<bool()> after_load;   // in the supervisor, once the loader has succeeded; false: it can't be used
  std::function<void()> load_failed;  // in the supervisor, when a reload did not succeed
  std::function<int(std::size_t number)> worker;        // no two that run have the same number, all are below
                                                        // status_board::places
  std::function<void(std::size_t number)> worker_gone;  // in the supervisor
  std::function<int()> recorder;                        // ends at a TERM of its parent
  std::function<void()> recorder_gone;                  // in the supervisor
  std::function<void()> stop_accepting;                 // in the supervisor, once no worker accepts any more
  std::chrono::milliseconds graceful_timeout{30'000};   // TERM to KILL
};

// Runs the plan until a signal ends it, and returns the program's exit code.
//   TERM        graceful: workers finish their requests, then the recorder drains the spools.
//   INT, QUIT   quick: workers end at once; what they answered is in the spools.
//   HUP         reload: the loader runs again; when it succeeds, each worker is replaced by a new one, and told to end
//               only when that is ready. When it fails, everything stays as it is. Undoes TTIN and TTOU.
//   TTIN, TTOU  a worker more, a worker less (at least one).
// A child that dies is started again, after a back-off from 0.1 to 5 seconds if it lived less than ten. A first loader
// that fails, or a child of the first start that exits with exit_start_up_failed before it ever was ready, ends
// everything with that code: it would fail again. The board must be on shared memory. Call it with no other thread in
// the process.
int supervise(const plan& what, status_board& board);

}  // namespace jury::process
