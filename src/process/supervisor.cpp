#include "process/supervisor.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>
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
  process_status* status = nullptr;
  unsigned generation = 0;
  bool first = false;  // started with the server: when it can't start, nothing would
  pid_t pid = 0;
  clock::time_point started{};
  clock::time_point kill_at = clock::time_point::max();
};

// When what died is started again.
struct back_off {
  clock::duration delay = shortest_back_off;
  clock::time_point not_before{};

  // Returns how long to wait.
  clock::duration after_death(clock::time_point started) {
    const auto now = clock::now();
    if (now - started >= healthy_life) delay = shortest_back_off;
    const auto chosen = delay;
    not_before = now + chosen;
    delay = std::min<clock::duration>(delay * 2, longest_back_off);
    return chosen;
  }
};

// A place for one worker. While it is being replaced there are two: `next` takes over when it is ready.
struct seat {
  std::optional<child> current, next;
  back_off pause;
};

class supervisor {
 public:
  supervisor(const plan& what, status_board& board) : plan_(what), board_(board) {}

  int run();

 private:
  enum class phase { running, stopping_workers, stopping_recorder };

  void wait_for_signal(int milliseconds);
  void read_signals();
  [[nodiscard]] int milliseconds_to_wait() const;

  bool start_loader();
  void on_loaded(int status);
  void reload();

  std::optional<child> start(std::string name, process_status& status, const std::function<int()>& main);
  std::optional<child> start_worker();
  void start_what_is_due();
  void fill(seat& place);
  void seat_workers(std::size_t count);
  void leave(std::optional<child>& which);

  void reap();
  void on_exit(pid_t pid, int status);
  void replace(const child& dead, back_off& pause, int status);
  void release(const child& gone);

  void stop(int signal, clock::duration patience);
  void advance_stop();
  void kill_what_is_late();
  template <typename Visit>
  void each_worker(Visit&& visit);
  template <typename Visit>
  void each_child(Visit&& visit);

  const plan& plan_;
  status_board& board_;
  descriptor signals_;
  std::optional<child> recorder_;
  back_off recorder_pause_;
  std::vector<seat> seats_;
  std::vector<child> leaving_;  // told to end, still finishing their requests
  std::optional<pid_t> loader_;
  bool reload_again_ = false;
  unsigned generation_ = 0;  // of the model: how often one was loaded
  bool booting_ = true;      // until everything was started once
  phase phase_ = phase::running;
  bool accepting_ = true;
  int exit_code_ = exit_success;
};

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with code {}", WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  return fmt::format("was killed by signal {} ({}){}", number, strsignal(number),
                     number == SIGKILL ? "; perhaps it ran out of memory" : "");
}

template <typename Visit>
void supervisor::each_worker(Visit&& visit) {
  for (seat& place : seats_) {
    if (place.current) visit(*place.current);
    if (place.next) visit(*place.next);
  }
  for (child& each : leaving_) visit(each);
}

template <typename Visit>
void supervisor::each_child(Visit&& visit) {
  each_worker(visit);
  if (recorder_) visit(*recorder_);
}

int supervisor::run() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTTIN, SIGTTOU, SIGCHLD}) sigaddset(&watched, number);
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  signals_ = descriptor(signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) {
    log::error("{}", system_error("signalfd", errno).message);
    return exit_start_up_failed;
  }
  if (plan_.loader) {
    if (!start_loader()) return exit_start_up_failed;
    while (loader_) wait_for_signal(-1);
    if (phase_ != phase::running) return exit_success;
    if (generation_ == 0) return exit_start_up_failed;
  }
  seat_workers(plan_.workers);

  while (true) {
    start_what_is_due();
    wait_for_signal(milliseconds_to_wait());
    advance_stop();
    kill_what_is_late();
    if (phase_ == phase::stopping_recorder && !recorder_) return exit_code_;
  }
}

void supervisor::wait_for_signal(int milliseconds) {
  pollfd waiting{.fd = signals_.get(), .events = POLLIN, .revents = 0};
  poll(&waiting, 1, milliseconds);
  read_signals();
  reap();
}

void supervisor::read_signals() {
  signalfd_siginfo arrived;
  while (read(signals_.get(), &arrived, sizeof arrived) == sizeof arrived) {
    switch (arrived.ssi_signo) {
      case SIGTERM:
        log::info("stopping: requests in flight have {} ms", plan_.graceful_timeout.count());
        stop(SIGTERM, plan_.graceful_timeout);
        break;
      case SIGINT:
      case SIGQUIT:
        log::info("stopping at once");
        stop(SIGKILL, quick_timeout);
        break;
      case SIGHUP:
        reload();
        break;
      case SIGTTIN:
        if (!booting_) seat_workers(seats_.size() + 1);
        break;
      case SIGTTOU:
        if (!booting_) seat_workers(seats_.size() - 1);
        break;
      default:
        break;  // SIGCHLD only wakes
    }
  }
}

int supervisor::milliseconds_to_wait() const {
  // By the board alone workers tell that they are ready, and that they drain.
  constexpr int look_again = 10;
  if (phase_ != phase::running && accepting_) return look_again;
  auto next = clock::time_point::max();
  const auto consider = [&](const std::optional<child>& which, const back_off& pause) {
    if (which) {
      next = std::min(next, which->kill_at);
    } else if (phase_ != phase::stopping_recorder) {
      next = std::min(next, pause.not_before);
    }
  };
  for (const seat& place : seats_) {
    if (place.next) return look_again;
    consider(place.current, place.pause);
    if (place.current && place.current->generation != generation_) next = std::min(next, place.pause.not_before);
  }
  if (plan_.recorder) consider(recorder_, recorder_pause_);
  for (const child& each : leaving_) next = std::min(next, each.kill_at);
  if (next == clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

bool supervisor::start_loader() {
  if (plan_.before_load && !plan_.before_load()) return false;
  const pid_t pid = start_child("loader", plan_.loader);
  if (pid < 0) {
    log::error("{}", system_error("start the loader", errno).message);
    return false;
  }
  loader_ = pid;
  return true;
}

void supervisor::on_loaded(int status) {
  loader_.reset();
  if (phase_ != phase::running) return;
  if (!WIFEXITED(status)) log::error("the loader {}", how_it_ended(status));
  const bool succeeded = WIFEXITED(status) && WEXITSTATUS(status) == exit_success;
  if (succeeded && (!plan_.after_load || plan_.after_load())) {
    ++generation_;
    if (!booting_) seat_workers(plan_.workers);
  } else {
    log::error("the model could not be loaded{}", booting_ ? "" : "; the one that is served stays");
    if (!booting_ && plan_.load_failed) plan_.load_failed();
  }
  if (std::exchange(reload_again_, false)) reload();
}

void supervisor::reload() {
  if (phase_ != phase::running || booting_) return;
  if (loader_) {
    reload_again_ = true;
    return;
  }
  log::info("reloading");
  if (!plan_.loader) {
    ++generation_;
    seat_workers(plan_.workers);
  } else if (!start_loader() && plan_.load_failed) {
    plan_.load_failed();
  }
}

std::optional<child> supervisor::start(std::string name, process_status& status, const std::function<int()>& main) {
  child made{.name = std::move(name), .status = &status, .generation = generation_, .first = booting_};
  made.started = clock::now();
  status.state = process_state::starting;
  status.started_at = unix_nanoseconds();
  status.starts.fetch_add(1);
  made.pid = start_child(made.name, main);
  if (made.pid < 0) {
    log::error("{}", system_error("start " + made.name, errno).message);
    status.state = process_state::absent;
    return std::nullopt;
  }
  status.pid = made.pid;
  return made;
}

std::optional<child> supervisor::start_worker() {
  const auto free = std::ranges::find_if(board_.workers, [](const process_status& each) { return each.pid == 0; });
  if (free == board_.workers.end()) {
    log::error("no place for a new worker: {} are still ending", leaving_.size());
    return std::nullopt;
  }
  const auto number = static_cast<std::size_t>(free - board_.workers.begin());
  return start(fmt::format("worker {}", number), *free, [this, number] { return plan_.worker(number); });
}

void supervisor::start_what_is_due() {
  const auto now = clock::now();
  // Also while workers stop: somebody has to store what they still answer.
  if (phase_ != phase::stopping_recorder && plan_.recorder && !recorder_ && recorder_pause_.not_before <= now) {
    recorder_ = start("recorder", board_.recorder, plan_.recorder);
    if (!recorder_) recorder_pause_.not_before = now + longest_back_off;
  }
  if (phase_ != phase::running) return;
  for (seat& place : seats_) fill(place);
  booting_ = false;
}

void supervisor::fill(seat& place) {
  if (place.next && place.next->status->is(process_state::ready)) {
    leave(place.current);
    place.current = std::exchange(place.next, std::nullopt);
  }
  const auto now = clock::now();
  if (place.next || place.pause.not_before > now) return;
  if (place.current && place.current->generation == generation_) return;
  auto& empty = place.current ? place.next : place.current;
  empty = start_worker();
  if (!empty) place.pause.not_before = now + longest_back_off;
}

void supervisor::seat_workers(std::size_t count) {
  count = std::clamp<std::size_t>(count, 1, status_board::most_workers);
  if (count != seats_.size() && !booting_) log::info("workers: {} instead of {}", count, seats_.size());
  while (seats_.size() > count) {
    leave(seats_.back().current);
    leave(seats_.back().next);
    seats_.pop_back();
  }
  seats_.resize(count);
  board_.worker_count = static_cast<std::uint32_t>(count);
}

void supervisor::leave(std::optional<child>& which) {
  if (!which) return;
  kill(which->pid, SIGTERM);
  which->kill_at = clock::now() + plan_.graceful_timeout;
  leaving_.push_back(std::move(*which));
  which.reset();
}

void supervisor::reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (loader_ == pid) {
      on_loaded(status);
    } else {
      on_exit(pid, status);
    }
  }
}

void supervisor::on_exit(pid_t pid, int status) {
  const auto take = [pid](std::optional<child>& which) -> std::optional<child> {
    if (!which || which->pid != pid) return std::nullopt;
    return std::exchange(which, std::nullopt);
  };
  if (const auto dead = take(recorder_)) return replace(*dead, recorder_pause_, status);
  for (seat& place : seats_) {
    if (const auto dead = take(place.next)) return replace(*dead, place.pause, status);
    if (const auto dead = take(place.current)) {
      place.current = std::exchange(place.next, std::nullopt);
      return replace(*dead, place.pause, status);
    }
  }
  const auto gone = std::ranges::find(leaving_, pid, &child::pid);
  if (gone == leaving_.end()) return;
  release(*gone);
  leaving_.erase(gone);
}

void supervisor::release(const child& gone) {
  gone.status->pid = 0;
  gone.status->state = process_state::absent;
  gone.status->connections = 0;
  if (gone.status == &board_.recorder) {
    if (plan_.recorder_gone) plan_.recorder_gone();
  } else if (plan_.worker_gone) {
    plan_.worker_gone(static_cast<std::size_t>(gone.status - board_.workers.data()));
  }
}

void supervisor::replace(const child& dead, back_off& pause, int status) {
  const bool never_ready = dead.status->is(process_state::starting);
  release(dead);
  if (phase_ == phase::stopping_recorder || (phase_ == phase::stopping_workers && dead.status != &board_.recorder))
    return;
  if (dead.first && never_ready && WIFEXITED(status) && WEXITSTATUS(status) == exit_start_up_failed) {
    log::error("{} could not start", dead.name);
    exit_code_ = exit_start_up_failed;
    pause.not_before = clock::time_point::max();
    stop(SIGKILL, quick_timeout);
    return;
  }
  const auto wait = pause.after_death(dead.started);
  log::error("{} {}; starting it again in {} ms", dead.name, how_it_ended(status),
             std::chrono::duration_cast<std::chrono::milliseconds>(wait).count());
}

// A second signal may shorten the patience, never lengthen it.
void supervisor::stop(int signal, clock::duration patience) {
  board_.stopping = true;
  if (phase_ == phase::running) phase_ = phase::stopping_workers;
  if (loader_) kill(*loader_, SIGKILL);
  if (phase_ == phase::stopping_recorder && recorder_) {
    recorder_->kill_at = std::min(recorder_->kill_at, clock::now() + patience);
  }
  each_worker([&](child& each) {
    kill(each.pid, signal);
    each.kill_at = std::min(each.kill_at, clock::now() + patience);
  });
}

// The recorder goes last: it still has to store what the workers answered.
void supervisor::advance_stop() {
  if (phase_ == phase::running) return;
  bool running = false;
  bool accepting = false;
  each_worker([&](const child& each) {
    running = true;
    accepting |= !each.status->is(process_state::draining);
  });
  // Until now clients could still connect and wait for nobody.
  if (accepting_ && !accepting) {
    accepting_ = false;
    if (plan_.stop_accepting) plan_.stop_accepting();
  }
  if (phase_ == phase::stopping_workers && !running) {
    phase_ = phase::stopping_recorder;
    if (recorder_) {
      kill(recorder_->pid, SIGTERM);
      recorder_->kill_at = clock::now() + std::max<clock::duration>(plan_.graceful_timeout, quick_timeout);
    }
  }
}

void supervisor::kill_what_is_late() {
  const auto now = clock::now();
  each_child([&](child& each) {
    if (now < each.kill_at) return;
    log::error("{} did not stop in time and is killed", each.name);
    kill(each.pid, SIGKILL);
    each.kill_at = clock::time_point::max();
  });
}

}  // namespace

int supervise(const plan& what, status_board& board) { return supervisor(what, board).run(); }

}  // namespace jury::process
