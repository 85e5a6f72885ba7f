#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "process/child.hpp"
#include "process/file_lock.hpp"
#include "process/listening_socket.hpp"
#include "process/shared_memory.hpp"
#include "process/supervisor.hpp"
#include "support/temporary_folder.hpp"

namespace jury::process {
namespace {

using clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(60);

// Ends what does not end by itself.
int exit_code_of(pid_t pid) {
  int status = 0;
  const auto deadline = clock::now() + patience;
  for (pid_t ended = 0; (ended = waitpid(pid, &status, WNOHANG)) != pid; usleep(1000)) {
    if (ended < 0 && errno != EINTR) {
      ADD_FAILURE() << "waitpid " << pid << ": " << std::strerror(errno);
      return -1;
    }
    if (clock::now() < deadline) continue;
    ADD_FAILURE() << "process " << pid << " did not end";
    kill(pid, SIGKILL);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(share, is_zeroed_and_seen_by_a_child) {
  auto memory = share(10'000);
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory->bytes()[9'999], std::byte{0});
  const pid_t child = start_child("writer", [&] {
    memory->bytes()[9'999] = std::byte{7};
    return 0;
  });
  EXPECT_EQ(exit_code_of(child), 0);
  EXPECT_EQ(memory->bytes()[9'999], std::byte{7});
}

TEST(memory_file, is_mapped_by_others_only_when_it_is_sealed) {
  auto file = memory_file::create("test");
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(file->map().has_value());
  const std::string text = "what the loader wrote";
  EXPECT_EQ(exit_code_of(start_child("loader", [&] { return file->fill(std::as_bytes(std::span(text))) ? 0 : 1; })), 0);
  const auto mapped = file->map();
  ASSERT_TRUE(mapped.has_value());
  ASSERT_EQ(mapped->bytes().size(), text.size());
  EXPECT_EQ(std::memcmp(mapped->bytes().data(), text.data(), text.size()), 0);
  EXPECT_FALSE(file->fill(std::as_bytes(std::span(text))).has_value());
  EXPECT_NE(mprotect(mapped->bytes().data(), mapped->bytes().size(), PROT_READ | PROT_WRITE), 0);
}

TEST(listen_on, tells_the_port_it_was_given) {
  const auto first = listen_on("127.0.0.1", 0, 16);
  ASSERT_TRUE(first.has_value());
  EXPECT_NE(first->port, 0);
  EXPECT_TRUE(first->loopback);
  const auto second = listen_on("127.0.0.1", first->port, 16);
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find(std::to_string(first->port)), std::string::npos);
}

TEST(listen_on, knows_what_other_machines_can_reach) {
  const auto everywhere = listen_on("0.0.0.0", 0, 16);
  ASSERT_TRUE(everywhere.has_value());
  EXPECT_FALSE(everywhere->loopback);
  EXPECT_FALSE(listen_on("no.such.host.invalid", 0, 16).has_value());
}

TEST(start_child, names_the_process_and_reports_an_exception_as_failure) {
  EXPECT_EQ(exit_code_of(start_child("quiet", [] { return 5; })), 5);
  EXPECT_EQ(exit_code_of(start_child("loud", []() -> int { throw std::runtime_error("expected in this test"); })),
            exit_failure);
}

TEST(lock_file, is_held_until_the_last_child_is_gone) {
  const temporary_folder folder;
  const std::string path = folder.path() + "/lock";
  int gate[2];
  ASSERT_EQ(pipe(gate), 0);
  pid_t child = 0;
  {
    const auto first = lock_file(path, std::chrono::milliseconds(0));
    ASSERT_TRUE(first.has_value()) << first.error().message;
    child = start_child("holder", [&] {
      close(gate[1]);
      char none = 0;
      return static_cast<int>(read(gate[0], &none, 1));
    });
  }
  const auto second = lock_file(path, std::chrono::milliseconds(0));
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find("another server"), std::string::npos);
  close(gate[1]);
  EXPECT_TRUE(lock_file(path, std::chrono::minutes(1)).has_value());  // waits for what is about to end
  EXPECT_EQ(exit_code_of(child), 0);
  close(gate[0]);
}

// What the workers of the board are, in order of their places: r(eady), s(tarting), d(raining).
std::string states(const status_board& board) {
  std::string text;
  for (const process_status& each : board.workers) {
    if (each.pid == 0) continue;
    text += each.is(process_state::ready) ? 'r' : each.is(process_state::draining) ? 'd' : 's';
  }
  return text;
}

bool within_a_minute(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    usleep(1000);
  }
  return true;
}

// The supervisor blocks signals and waits for children, so each test runs it in a process of its own.
class supervising : public testing::Test {
 protected:
  supervising() : memory_(share(sizeof(status_board) + sizeof(counters)).value()) {
    board_ = new (memory_.bytes().data()) status_board;
    counts_ = new (memory_.bytes().data() + sizeof(status_board)) counters;
  }

  struct counters {
    std::atomic<int> loads, starts, stops, failed_loads, gone;
    std::array<std::atomic<std::int64_t>, 4> started_at;  // steady nanoseconds
  };

  pid_t run(const plan& what) {
    return start_child("supervisor", [&] { return supervise(what, *board_); });
  }

  // A worker that is ready at once and leaves at TERM.
  int obedient(process_status& status) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, nullptr);
    status.state = process_state::ready;
    counts_->starts.fetch_add(1);
    int arrived = 0;
    sigwait(&term, &arrived);
    counts_->stops.fetch_add(1);
    return 0;
  }

  // Ends the supervisor, and with it its children, when the condition does not come true.
  template <typename Condition>
  static void await(pid_t supervisor, Condition condition) {
    const auto deadline = clock::now() + patience;
    while (!condition()) {
      if (clock::now() > deadline) {
        kill(supervisor, SIGKILL);
        exit_code_of(supervisor);
        FAIL() << "what was awaited did not happen";
      }
      usleep(1000);
    }
  }
  [[nodiscard]] auto started(int processes) const {
    return [this, processes] { return counts_->starts.load() >= processes; };
  }

  mapping memory_;
  status_board* board_;
  counters* counts_;
};

TEST_F(supervising, loads_once_starts_all_and_stops_the_recorder_last) {
  const plan what{.workers = 3,
                  .loader = [&] { return counts_->loads.fetch_add(1); },
                  .worker = [&](std::size_t number) { return obedient(board_->workers[number]); },
                  .recorder =
                      [&] {
                        const int code = obedient(board_->recorder);
                        return counts_->stops.load() == 4 ? code : 9;
                      }};
  const pid_t supervisor = run(what);
  ASSERT_NO_FATAL_FAILURE(await(supervisor, started(4)));
  EXPECT_EQ(board_->worker_count.load(), 3U);
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
  EXPECT_EQ(counts_->loads.load(), 1);
  EXPECT_EQ(counts_->stops.load(), 4);
  EXPECT_TRUE(board_->stopping.load());
}

TEST_F(supervising, replaces_a_killed_worker) {
  const plan what{.workers = 1, .worker = [&](std::size_t number) { return obedient(board_->workers[number]); }};
  const pid_t supervisor = run(what);
  for (int round = 1; round <= 3; ++round) {
    ASSERT_NO_FATAL_FAILURE(await(supervisor, started(round)));
    pid_t worker = 0;
    ASSERT_NO_FATAL_FAILURE(await(supervisor, [&] { return (worker = board_->workers[0].pid.load()) != 0; }));
    kill(worker, SIGKILL);
  }
  ASSERT_NO_FATAL_FAILURE(await(supervisor, started(4)));
  EXPECT_EQ(board_->workers[0].starts.load(), 4U);
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
}

TEST_F(supervising, waits_longer_each_time_for_a_worker_that_keeps_dying) {
  const plan what{.workers = 1, .worker = [&](std::size_t) {
                    const int start = counts_->starts.load();
                    if (start < 4) counts_->started_at[static_cast<std::size_t>(start)] = steady_nanoseconds();
                    counts_->starts.fetch_add(1);
                    return exit_failure;
                  }};
  const pid_t supervisor = run(what);
  EXPECT_TRUE(within_a_minute([&] { return counts_->starts.load() >= 4; }));
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
  const auto pause = [&](std::size_t i) { return counts_->started_at[i + 1] - counts_->started_at[i]; };
  EXPECT_GE(pause(0), 99'000'000);
  EXPECT_GE(pause(1), 199'000'000);
  EXPECT_GE(pause(2), 399'000'000);
}

TEST_F(supervising, ends_with_3_when_the_loader_fails) {
  const plan what{.loader = [] { return exit_start_up_failed; },
                  .worker = [&](std::size_t number) { return obedient(board_->workers[number]); }};
  EXPECT_EQ(exit_code_of(run(what)), exit_start_up_failed);
  EXPECT_EQ(counts_->starts.load(), 0);
}

TEST_F(supervising, ends_with_3_when_a_loader_crashes) {
  const plan what{.loader = []() -> int {
                    raise(SIGKILL);
                    return 0;
                  },
                  .worker = [&](std::size_t number) { return obedient(board_->workers[number]); }};
  EXPECT_EQ(exit_code_of(run(what)), exit_start_up_failed);
}

TEST_F(supervising, ends_with_3_when_a_worker_can_not_start) {
  const plan what{.workers = 2, .worker = [&](std::size_t number) {
                    return number == 0 ? obedient(board_->workers[0]) : exit_start_up_failed;
                  }};
  EXPECT_EQ(exit_code_of(run(what)), exit_start_up_failed);
}

TEST_F(supervising, kills_what_does_not_stop_in_time) {
  const plan what{.workers = 1,
                  .worker =
                      [&](std::size_t) {
                        signal(SIGTERM, SIG_IGN);
                        counts_->starts.fetch_add(1);
                        while (true) pause();
                        return 0;
                      },
                  .graceful_timeout = std::chrono::milliseconds(50)};
  const pid_t supervisor = run(what);
  ASSERT_NO_FATAL_FAILURE(await(supervisor, started(1)));
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
}

TEST_F(supervising, at_hup_a_worker_goes_only_when_its_successor_is_ready) {
  const plan what{.workers = 1,
                  .loader = [&] { return counts_->loads.fetch_add(1), 0; },
                  .worker =
                      [&](std::size_t number) {
                        process_status& status = board_->workers[number];
                        if (number == 0) return obedient(status);
                        counts_->starts.fetch_add(1);
                        while (counts_->loads.load() < 10) usleep(1000);  // the test lets it become ready
                        return obedient(status);
                      }};
  const pid_t supervisor = run(what);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "r"; }));
  kill(supervisor, SIGHUP);
  ASSERT_TRUE(within_a_minute([&] { return counts_->starts.load() == 2; }));
  EXPECT_EQ(states(*board_), "rs");
  EXPECT_EQ(counts_->stops.load(), 0);
  counts_->loads = 10;
  EXPECT_TRUE(within_a_minute([&] { return counts_->stops.load() == 1 && states(*board_) == "r"; }));
  EXPECT_EQ(board_->workers[0].pid.load(), 0);
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
}

TEST_F(supervising, a_reload_that_fails_changes_nothing) {
  const plan what{.workers = 2,
                  .loader = [&] { return counts_->loads.fetch_add(1) == 0 ? 0 : exit_start_up_failed; },
                  .load_failed = [&] { counts_->failed_loads.fetch_add(1); },
                  .worker = [&](std::size_t number) { return obedient(board_->workers[number]); }};
  const pid_t supervisor = run(what);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "rr"; }));
  for (int round = 1; round <= 3; ++round) {
    kill(supervisor, SIGHUP);
    ASSERT_TRUE(within_a_minute([&] { return counts_->failed_loads.load() == round; }));
  }
  EXPECT_EQ(counts_->starts.load(), 2);
  EXPECT_EQ(states(*board_), "rr");
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
  EXPECT_EQ(counts_->stops.load(), 2);
}

TEST_F(supervising, ttin_and_ttou_change_the_number_of_workers_and_hup_undoes_it) {
  const plan what{.workers = 2,
                  .worker = [&](std::size_t number) { return obedient(board_->workers[number]); },
                  .worker_gone = [&](std::size_t number) { counts_->gone.fetch_add(static_cast<int>(number)); }};
  const pid_t supervisor = run(what);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "rr"; }));
  kill(supervisor, SIGTTIN);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "rrr" && board_->worker_count == 3; }));
  EXPECT_EQ(counts_->gone.load(), 0);
  kill(supervisor, SIGTTOU);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "rr"; }));
  EXPECT_EQ(counts_->gone.load(), 2);  // the last to come
  kill(supervisor, SIGTTOU);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "r"; }));
  kill(supervisor, SIGHUP);
  ASSERT_TRUE(within_a_minute([&] { return states(*board_) == "rr" && counts_->stops.load() == 3; }));
  EXPECT_EQ(board_->worker_count.load(), 2U);
  kill(supervisor, SIGTERM);
  EXPECT_EQ(exit_code_of(supervisor), 0);
}

}  // namespace
}  // namespace jury::process
