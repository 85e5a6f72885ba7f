#pragma once
// A bounded pool of threads for work that must not run on a loop.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace jury {

// Thrown to whoever submits to a pool whose queue is full. The message names the pool; an HTTP request answers 503.
class pool_full : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Threads start on demand up to `threads`, take jobs in the order of arrival, and are named "NAME-1", "NAME-2", ... as
// `htop` shows them. The queue is bounded. Thread-safe.
class thread_pool {
 public:
  struct options {
    std::string name = "blocking";
    std::size_t threads = 40;    // at most this many
    std::size_t queue = 10'000;  // jobs that wait; one more is refused
  };
  struct statistics {
    std::size_t total = 0;     // the bound on threads
    std::size_t started = 0;   // threads that exist
    std::size_t borrowed = 0;  // threads that run a job
    std::size_t waiting = 0;   // jobs in the queue
    std::uint64_t refused = 0;
  };

  explicit thread_pool(options settings);
  // Runs the jobs still queued, then joins.
  ~thread_pool();
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  // Throws pool_full, also when not a single thread could be started. A job must not throw: an exception that leaves it
  // ends the process.
  void submit(std::move_only_function<void()> job);
  // The same in two steps, for callers that can't undo making the job: `reserve` takes a place in the queue or throws
  // as `submit` does, and one `submit_reserved` for each `reserve` must follow.
  void reserve();
  void submit_reserved(std::move_only_function<void()> job) noexcept;
  [[nodiscard]] statistics stats() const;

 private:
  void work(std::size_t number);

  const options settings_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::list<std::move_only_function<void()>> jobs_;
  std::list<std::move_only_function<void()>> reserved_;  // places taken whose jobs are not yet there
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::uint64_t refused_ = 0;
  bool stopping_ = false;
};

}  // namespace jury
