// Every rule of the protocol as a file in wire/, fed to the reader in all splits and to a real connection.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "echo.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "running_server.hpp"
#include "test_client.hpp"
#include "wire_file.hpp"

namespace jury::http::test {
namespace {

constexpr std::string_view probe = "GET /still-in-step HTTP/1.1\r\nHost: a\r\n\r\n";

// What a session would send, without its I/O. Interim answers are left out: they depend on what came together.
class transcript {
 public:
  explicit transcript(const limits& rules) : limits_(rules), reader_(rules) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty() && !closed_) {
      const auto space = reader_.space();
      const auto size = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), size);
      reader_.received(size);
      bytes.remove_prefix(size);
      while (!closed_ && step()) {
      }
    }
  }

  [[nodiscard]] const std::string& sent() const { return sent_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool waiting() const { return !closed_ && reader_.awaited() != request_reader::part::idle; }

 private:
  bool step() {
    switch (reader_.read()) {
      case request_reader::progress::need_more:
        return false;
      case request_reader::progress::refused:
        closed_ = true;
        write(error_response(reader_.why()), false, false);
        return false;
      case request_reader::progress::complete:
        break;
    }
    const auto& request = reader_.current();
    const auto answer = echo(request);
    closed_ = answer.close || !request.keep_alive || ++served_ == limits_.requests_per_connection;
    write(answer, request.method == method::head, request.asks_keep_alive);
    reader_.next();
    return true;
  }

  void write(const response& answer, bool head, bool asks_keep_alive) {
    write_response(sent_, answer,
                   {.without_body = head, .close = closed_, .announce_keep_alive = asks_keep_alive, .date = "now"});
  }

  limits limits_;
  request_reader reader_;
  std::string sent_;
  std::size_t served_ = 0;
  bool closed_ = false;
};

void compare(const expected_answer& expected, const answer& got) {
  EXPECT_EQ(got.status, expected.status) << got.head << got.body;
  for (const auto& [name, value] : expected.fields) EXPECT_EQ(got.field(name).value_or("(absent)"), value) << name;
  for (const auto& name : expected.absent) EXPECT_FALSE(got.field(name).has_value()) << name;
  if (expected.body) EXPECT_EQ(got.body, *expected.body);
  if (expected.status >= 400 && !expected.body) EXPECT_TRUE(got.body.starts_with(R"({"detail":")")) << got.body;
}

class wire : public testing::TestWithParam<wire_file> {};

TEST_P(wire, answers_the_same_in_every_split) {
  const auto& file = GetParam();
  const auto bytes = file.all_bytes();
  transcript whole(file.limits);
  whole.feed(bytes);
  auto sent = whole.sent();
  for (const auto& step : file.steps) {
    for (const auto& expected : step.answers) {
      if (expected.status == 100) continue;
      const auto got = take_answer(sent, expected.without_body);
      ASSERT_TRUE(got.has_value()) << "no answer where " << expected.status << " was due";
      compare(expected, *got);
    }
  }
  EXPECT_EQ(sent, "");
  EXPECT_EQ(whole.closed(), file.end == wire_file::ending::closed);
  EXPECT_EQ(whole.waiting(), file.end == wire_file::ending::waiting);

  const std::size_t stride = bytes.size() <= 2048 ? 1 : bytes.size() / 50;
  for (std::size_t at = 1; at < bytes.size(); at += stride) {
    transcript split(file.limits);
    split.feed(std::string_view(bytes).substr(0, at));
    split.feed(std::string_view(bytes).substr(at));
    ASSERT_EQ(split.sent(), whole.sent()) << "split at " << at;
    ASSERT_EQ(split.closed(), whole.closed()) << "split at " << at;
  }
  transcript bytewise(file.limits);
  for (const char byte : bytes) bytewise.feed({&byte, 1});
  EXPECT_EQ(bytewise.sent(), whole.sent());
  EXPECT_EQ(bytewise.closed(), whole.closed());
}

TEST_P(wire, answers_on_a_real_connection) {
  const auto& file = GetParam();
  running_server server(echo, quick(file.limits));
  auto connection = server.connect();
  for (const auto& step : file.steps) {
    connection.send(step.send);
    for (const auto& expected : step.answers) compare(expected, connection.read(expected.without_body));
  }
  switch (file.end) {
    case wire_file::ending::closed:
      EXPECT_TRUE(connection.ended());
      break;
    case wire_file::ending::waiting:
      connection.finish_sending();
      EXPECT_TRUE(connection.ended());
      break;
    case wire_file::ending::open:
      EXPECT_EQ(connection.ask(probe).body, "GET /still-in-step");
      break;
  }
}

INSTANTIATE_TEST_SUITE_P(http, wire, testing::ValuesIn(read_wire_files()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace jury::http::test
