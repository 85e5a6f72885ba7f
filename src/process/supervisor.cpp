#include "process/supervisor.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "process/child.hpp"
#include "process/descriptor.hpp"

namespace jury::process {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto shortest_back_off = 100ms;
constexpr auto longest_back_off = 5'000ms;
constexpr auto healthy_life = 10s;
constexpr auto quick_timeout = 2s;

struct child {
  std::string name;
  std::function<int()> main;
  process_status* status = nullptr;
  pid_t pid = 0;
  clock::time_point started{};
  clock::time_point start_at{};  // when pid is 0: not before this
  clock::duration back_off = shortest_back_off;
};

class supervisor {
 public:
  supervisor(const plan& what, status_board& board) : plan_(what), board_(board) {}

  int run();

 private:
  enum class phase { running, stopping_workers, stopping_recorder };

  int load();
  void start(child& which);
  void start_what_is_due();
  void read_signals();
  void reap();
  void on_exit(child& which, int status);
  void stop(int signal, clock::duration patience);
  void advance_stop();
  void signal_children(bool workers, int signal);
  [[nodiscard]] bool any_running(bool workers) const;
  [[nodiscard]] bool any_accepting() const;
  [[nodiscard]] int milliseconds_to_wait() const;

  const plan& plan_;
  status_board& board_;
  descriptor signals_;
  std::vector<child> children_;  // the recorder first, then the workers
  phase phase_ = phase::running;
  bool accepting_ = true;
  clock::time_point kill_at_ = clock::time_point::max();
  std::optional<pid_t> loader_;
  std::optional<int> loader_code_;
  int exit_code_ = exit_success;
};

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with code {}", WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  return fmt::format("was killed by signal {} ({}){}", number, strsignal(number),
                     number == SIGKILL ? "; perhaps it ran out of memory" : "");
}

int supervisor::run() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGCHLD}) sigaddset(&watched, number);
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  signals_ = descriptor(signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) {
    log::error("{}", system_error("signalfd", errno).message);
    return exit_start_up_failed;
  }
  if (const int code = load(); code != exit_success || phase_ != phase::running) return code;

  if (plan_.recorder) {
    children_.push_back({.name = "recorder", .main = plan_.recorder, .status = &board_.recorder});
  }
  for (std::size_t i = 0; i < plan_.workers; ++i) {
    children_.push_back({.name = fmt::format("worker {}", i),
                         .main = [this, i] { return plan_.worker(i); },
                         .status = &board_.workers[i]});
  }
  board_.worker_count = static_cast<std::uint32_t>(plan_.workers);

  while (true) {
    start_what_is_due();
    pollfd waiting{.fd = signals_.get(), .events = POLLIN, .revents = 0};
    poll(&waiting, 1, milliseconds_to_wait());
    read_signals();
    reap();
    advance_stop();
    if (phase_ == phase::stopping_recorder && !any_running(false)) return exit_code_;
  }
}

int supervisor::load() {
  if (!plan_.loader) return exit_success;
  loader_ = start_child("loader", plan_.loader);
  if (*loader_ < 0) {
    log::error("{}", system_error("start the loader", errno).message);
    return exit_start_up_failed;
  }
  while (!loader_code_) {
    pollfd waiting{.fd = signals_.get(), .events = POLLIN, .revents = 0};
    poll(&waiting, 1, -1);
    read_signals();
    if (phase_ != phase::running) kill(*loader_, SIGKILL);
    reap();
  }
  if (phase_ != phase::running) return exit_success;
  if (*loader_code_ != exit_success) {
    log::error("the model could not be loaded");
    return exit_start_up_failed;
  }
  return plan_.after_load ? plan_.after_load() : exit_success;
}

void supervisor::start(child& which) {
  which.started = clock::now();
  which.status->state = process_state::starting;
  which.status->started_at = unix_nanoseconds();
  which.status->starts.fetch_add(1);
  which.pid = start_child(which.name, which.main);
  if (which.pid < 0) {
    log::error("{}", system_error("start " + which.name, errno).message);
    which.pid = 0;
    which.start_at = which.started + longest_back_off;
    return;
  }
  which.status->pid = which.pid;
}

void supervisor::start_what_is_due() {
  if (phase_ != phase::running) return;
  const auto now = clock::now();
  for (child& each : children_) {
    if (each.pid == 0 && each.start_at <= now) start(each);
  }
}

void supervisor::read_signals() {
  signalfd_siginfo arrived;
  while (read(signals_.get(), &arrived, sizeof arrived) == sizeof arrived) {
    switch (arrived.ssi_signo) {
      case SIGTERM:
        stop(SIGTERM, plan_.graceful_timeout);
        log::info("stopping: requests in flight have {} ms", plan_.graceful_timeout.count());
        break;
      case SIGINT:
      case SIGQUIT:
        stop(SIGKILL, quick_timeout);
        log::info("stopping at once");
        break;
      default:
        break;  // SIGCHLD only wakes
    }
  }
}

void supervisor::reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (loader_ == pid) {
      if (!WIFEXITED(status)) log::error("the loader {}", how_it_ended(status));
      loader_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : exit_failure;
      loader_.reset();
      continue;
    }
    const auto which = std::ranges::find(children_, pid, &child::pid);
    if (which != children_.end()) on_exit(*which, status);
  }
}

void supervisor::on_exit(child& which, int status) {
  const bool never_ready = which.status->is(process_state::starting) && which.status->starts.load() == 1;
  which.pid = 0;
  which.status->pid = 0;
  which.status->state = process_state::absent;
  if (phase_ != phase::running) return;

  if (never_ready && WIFEXITED(status) && WEXITSTATUS(status) == exit_start_up_failed) {
    log::error("{} could not start", which.name);
    exit_code_ = exit_start_up_failed;
    stop(SIGKILL, quick_timeout);
    return;
  }
  const auto now = clock::now();
  if (now - which.started >= healthy_life) which.back_off = shortest_back_off;
  which.start_at = now + which.back_off;
  log::error("{} {}; starting it again in {} ms", which.name, how_it_ended(status),
             std::chrono::duration_cast<std::chrono::milliseconds>(which.back_off).count());
  which.back_off = std::min<clock::duration>(which.back_off * 2, longest_back_off);
}

// A second signal may shorten the patience, never lengthen it.
void supervisor::stop(int signal, clock::duration patience) {
  board_.stopping = true;
  kill_at_ = std::min(kill_at_, clock::now() + patience);
  if (phase_ == phase::running) phase_ = phase::stopping_workers;
  signal_children(true, signal);
}

// The recorder goes last: it still has to store what the workers answered.
void supervisor::advance_stop() {
  // Until now clients could still connect and wait for nobody.
  if (phase_ != phase::running && accepting_ && !any_accepting()) {
    accepting_ = false;
    if (plan_.stop_accepting) plan_.stop_accepting();
  }
  if (phase_ == phase::stopping_workers && !any_running(true)) {
    phase_ = phase::stopping_recorder;
    kill_at_ = clock::now() + std::max<clock::duration>(plan_.graceful_timeout, quick_timeout);
    signal_children(false, SIGTERM);
  }
  if (clock::now() >= kill_at_) {
    log::error("a process did not stop in time and is killed");
    signal_children(phase_ == phase::stopping_workers, SIGKILL);
    kill_at_ = clock::time_point::max();
  }
}

void supervisor::signal_children(bool workers, int signal) {
  for (const child& each : children_) {
    if (each.pid != 0 && (each.status != &board_.recorder) == workers) kill(each.pid, signal);
  }
}

bool supervisor::any_running(bool workers) const {
  return std::ranges::any_of(
      children_, [&](const child& each) { return each.pid != 0 && (each.status != &board_.recorder) == workers; });
}

bool supervisor::any_accepting() const {
  return std::ranges::any_of(children_, [&](const child& each) {
    return each.pid != 0 && each.status != &board_.recorder && !each.status->is(process_state::draining);
  });
}

int supervisor::milliseconds_to_wait() const {
  if (phase_ != phase::running && accepting_) return 10;  // workers tell by the board alone that they drain
  auto next = kill_at_;
  if (phase_ == phase::running) {
    for (const child& each : children_) {
      if (each.pid == 0) next = std::min(next, each.start_at);
    }
  }
  if (next == clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

}  // namespace

int supervise(const plan& what, status_board& board) { return supervisor(what, board).run(); }

}  // namespace jury::process
