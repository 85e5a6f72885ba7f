#include "base/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <csignal>
#include <sstream>
#include <thread>
#include <vector>

namespace jury::log {
namespace {

std::string_view some_id() { return "id-1"; }

class logs : public testing::Test {
 protected:
  void TearDown() override {
    stop_writer();
    configure(level::info, format::text);
    set_correlation_source(nullptr);
    set_process_name("jury");
  }
  static std::vector<std::string> lines() {
    std::vector<std::string> all;
    std::istringstream text(testing::internal::GetCapturedStderr());
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
};

TEST_F(logs, hold_process_and_correlation_id_in_every_line) {
  set_process_name("worker 3");
  set_correlation_source(some_id);
  testing::internal::CaptureStderr();
  info("the answer is {}", 42);
  write(level::info, "access", {{"status", std::int64_t{200}}, {"path", "/x"}});
  const auto written = lines();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0].substr(28), "INFO [worker 3] [id-1] the answer is 42");
  EXPECT_EQ(written[1].substr(28), "INFO [worker 3] [id-1] access status=200 path=/x");
}

TEST_F(logs, can_not_be_forged_from_outside) {
  testing::internal::CaptureStderr();
  info("{}", "a\n2026-01-01T00:00:00.000000Z ERROR [x] [y] forged\x1b[31m");
  const auto written = lines();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_NE(written[0].find("a\\x0a2026"), std::string::npos);
}

TEST_F(logs, are_valid_json_whatever_is_logged) {
  configure(level::info, format::json);
  testing::internal::CaptureStderr();
  write(level::warning, "quote \" newline \n bytes \xff", {{"n", std::int64_t{-5}}, {"d", 0.5}, {"s", "a\"b"}});
  const auto written = lines();
  ASSERT_EQ(written.size(), 1U);
  const auto parsed = boost::json::parse(written[0]).as_object();
  EXPECT_EQ(parsed.at("level"), "WARNING");
  EXPECT_EQ(parsed.at("message"), "quote \" newline \n bytes \xEF\xBF\xBD");
  EXPECT_EQ(parsed.at("n"), -5);
  EXPECT_EQ(parsed.at("s"), "a\"b");
}

TEST_F(logs, leave_out_what_is_below_the_level) {
  configure(level::warning, format::text);
  testing::internal::CaptureStderr();
  info("no");
  warning("yes");
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(logs, lose_nothing_between_threads_and_the_end_of_the_writer) {
  testing::internal::CaptureStderr();
  start_writer();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 1000; ++i) info("{} {}", t, i);
      });
    }
  }
  stop_writer();
  EXPECT_EQ(lines().size(), 4000U);
  EXPECT_EQ(dropped(), 0U);
}

// Standard error for the time of a test.
class redirected {
 public:
  explicit redirected(int to) : before_(dup(STDERR_FILENO)) { dup2(to, STDERR_FILENO); }
  redirected(const redirected&) = delete;
  redirected& operator=(const redirected&) = delete;
  ~redirected() {
    dup2(before_, STDERR_FILENO);
    close(before_);
  }

 private:
  int before_;
};

TEST_F(logs, count_what_nobody_reads_and_go_on) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const auto before = dropped();
  {
    const redirected broken(ends[1]);
    info("without a writer");
    start_writer();
    info("with a writer");
    stop_writer();
  }
  EXPECT_EQ(dropped(), before + 2);
  close(ends[1]);
}

TEST_F(logs, wait_for_a_slow_reader_of_a_non_blocking_pipe) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  const auto before = dropped();
  std::size_t lines = 0;
  {
    const redirected slow(ends[1]);
    start_writer();
    for (int i = 0; i < 5000; ++i) info("{}", i);
    std::jthread reader([&] {
      char bytes[512];
      while (lines < 5000) {
        const auto size = read(ends[0], bytes, sizeof bytes);
        if (size > 0) lines += static_cast<std::size_t>(std::count(bytes, bytes + size, '\n'));
      }
    });
    reader.join();
    stop_writer();
  }
  EXPECT_EQ(lines, 5000U);
  EXPECT_EQ(dropped(), before);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(logs, end_though_nobody_reads_and_count_what_was_left) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto before = dropped();
  {
    const redirected stalled(ends[1]);
    start_writer();
    for (int i = 0; i < 5000; ++i) info("{}", i);
    stop_writer();
  }
  EXPECT_GT(dropped(), before + 1000);  // a pipe holds 64 KiB
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace jury::log
