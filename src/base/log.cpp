#include "base/log.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "base/json_text.hpp"

namespace jury::log {
namespace {

constexpr std::size_t buffer_bound = 4 << 20;
constexpr auto gathering_time = std::chrono::milliseconds(5);
constexpr std::int64_t patience_at_the_end = 1'000'000'000;

struct logger {
  level lowest = level::info;
  format lines = format::text;
  std::string process = "jury";
  std::string_view (*correlation)() = nullptr;

  std::mutex mutex;
  std::condition_variable wake;
  std::string buffer;                 // guarded by mutex
  bool sleeping = false;              // guarded by mutex: the writer waits for the first line
  bool stopping = false;              // guarded by mutex
  std::atomic<bool> writing = false;  // changes with mutex held
  std::thread writer;
  // Steady nanoseconds. Without a writer nobody ever waits for the reader of standard error.
  std::atomic<std::int64_t> give_up_at = 0;
  std::atomic<std::uint64_t> lost = 0;
};

// Never destroyed: threads may log until the process ends.
logger& the_logger() {
  static auto* const instance = new logger;
  return *instance;
}

// A pipe that poll() calls writable takes this much without blocking; a file takes everything.
std::size_t most_at_once() {
  struct stat file{};
  return fstat(STDERR_FILENO, &file) == 0 && S_ISREG(file.st_mode) ? buffer_bound : PIPE_BUF;
}

// Waits for the reader of standard error until log.give_up_at and counts the lines that are lost then, or because
// nobody listens any more.
void write_out(logger& log, std::string_view text) {
  constexpr int look_again = 100;  // milliseconds
  const std::size_t most = most_at_once();
  while (!text.empty()) {
    pollfd reader{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    const bool expired = steady_nanoseconds() >= log.give_up_at.load(std::memory_order_relaxed);
    const int ready = poll(&reader, 1, expired ? 0 : look_again);
    if (ready == 0 && expired) break;
    if (ready <= 0) {
      if (ready < 0 && errno != EINTR) break;
      continue;
    }
    const ssize_t written = ::write(STDERR_FILENO, text.data(), std::min(text.size(), most));
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
      break;
    }
  }
  log.lost.fetch_add(static_cast<std::uint64_t>(std::ranges::count(text, '\n')), std::memory_order_relaxed);
}

void run_writer(logger& log) {
  std::string lines;
  std::unique_lock lock(log.mutex);
  while (true) {
    log.sleeping = true;
    log.wake.wait(lock, [&] { return log.stopping || !log.buffer.empty(); });
    log.sleeping = false;
    // One write for all lines of the next milliseconds, instead of one wake-up a line.
    log.wake.wait_for(lock, gathering_time, [&] { return log.stopping; });
    lines.swap(log.buffer);
    const bool last = log.stopping;
    lock.unlock();
    write_out(log, lines);
    lines.clear();
    if (last) return;
    lock.lock();
  }
}

std::string_view name_of(level at) {
  switch (at) {
    case level::debug:
      return "DEBUG";
    case level::info:
      return "INFO";
    case level::warning:
      return "WARNING";
    case level::error:
      return "ERROR";
  }
  return "";
}

// The date and time up to the second change rarely; only the microseconds are printed anew.
void append_time(std::string& out) {
  thread_local std::int64_t second = -1;
  thread_local std::string text;
  const std::int64_t now = unix_nanoseconds();
  if (now / 1'000'000'000 != second) {
    second = now / 1'000'000'000;
    text = rfc3339(now);
  }
  out.append(text, 0, 20);
  char digits[] = "000000Z";
  auto microseconds = now % 1'000'000'000 / 1000;
  for (int i = 5; i >= 0; --i, microseconds /= 10) digits[i] = static_cast<char>('0' + microseconds % 10);
  out += digits;
}

void append_number(std::string& out, std::int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}
void append_number(std::string& out, double value) { out += std::isfinite(value) ? fmt::format("{}", value) : "null"; }

// A line is one line: what came from outside can't forge another (log injection).
void append_one_line(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
}

void append_text(std::string& out, const logger& log, level at, std::string_view correlation, std::string_view message,
                 std::initializer_list<field> fields) {
  append_time(out);
  out += ' ';
  out += name_of(at);
  out += " [";
  out += log.process;
  out += "] [";
  append_one_line(out, correlation.empty() ? "-" : correlation);
  out += "] ";
  append_one_line(out, message);
  for (const field& each : fields) {
    out += ' ';
    out += each.key;
    out += '=';
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
            append_one_line(out, value);
          } else {
            append_number(out, value);
          }
        },
        each.value);
  }
  out += '\n';
}

void append_json(std::string& out, const logger& log, level at, std::string_view correlation, std::string_view message,
                 std::initializer_list<field> fields) {
  out += R"({"time":")";
  append_time(out);
  fmt::format_to(std::back_inserter(out), R"(","level":"{}","process":"{}","correlation_id":)", name_of(at),
                 log.process);
  append_json_string_lossy(out, correlation);
  out += R"(,"message":)";
  append_json_string_lossy(out, message);
  for (const field& each : fields) {
    fmt::format_to(std::back_inserter(out), R"(,"{}":)", each.key);
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
            append_json_string_lossy(out, value);
          } else {
            append_number(out, value);
          }
        },
        each.value);
  }
  out += "}\n";
}

}  // namespace

void configure(level lowest, format lines) {
  the_logger().lowest = lowest;
  the_logger().lines = lines;
}

void set_process_name(std::string_view name) { the_logger().process = name; }
void set_correlation_source(std::string_view (*source)()) { the_logger().correlation = source; }

void start_writer() {
  logger& log = the_logger();
  if (log.writing) return;
  log.stopping = false;
  log.give_up_at = std::numeric_limits<std::int64_t>::max();
  log.writer = std::thread([&log] {
    pthread_setname_np(pthread_self(), "log");
    run_writer(log);
  });
  const std::scoped_lock lock(log.mutex);
  log.writing = true;
}

void stop_writer() {
  logger& log = the_logger();
  if (!log.writing) return;
  {
    const std::scoped_lock lock(log.mutex);
    log.stopping = true;
    log.give_up_at = steady_nanoseconds() + patience_at_the_end;
  }
  log.wake.notify_one();
  log.writer.join();
  std::string rest;
  {
    const std::scoped_lock lock(log.mutex);
    log.writing = false;
    rest.swap(log.buffer);
  }
  write_out(log, rest);
}

std::uint64_t dropped() noexcept { return the_logger().lost.load(std::memory_order_relaxed); }

bool enabled(level at) noexcept { return at >= the_logger().lowest; }

void write(level at, std::string_view message, std::initializer_list<field> fields) {
  logger& log = the_logger();
  if (at < log.lowest) return;
  thread_local std::string line;
  line.clear();
  const std::string_view correlation = log.correlation != nullptr ? log.correlation() : std::string_view{};
  const auto append = log.lines == format::json ? append_json : append_text;
  append(line, log, at, correlation, message, fields);
  bool wake = false;
  {
    std::unique_lock lock(log.mutex);
    if (!log.writing) {
      lock.unlock();
      write_out(log, line);
      return;
    }
    if (log.buffer.size() + line.size() > buffer_bound) {
      log.lost.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    log.buffer += line;
    wake = std::exchange(log.sleeping, false);
  }
  if (wake) log.wake.notify_one();
}

}  // namespace jury::log
