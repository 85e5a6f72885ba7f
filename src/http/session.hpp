#pragma once
// One connection: reads requests and has them answered in order, one at a time.

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "http/date.hpp"
#include "http/options.hpp"
#include "http/request_reader.hpp"
#include "runtime/task.hpp"

namespace jury::http {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

// Nothing is read while a response is pending: that is the backpressure. A session arms no timer; its owner calls
// `expire` every now and then. For one loop's thread only.
class session {
 public:
  // `settings` and `dates` must outlive the session; `socket` must be non-blocking.
  session(const options& settings, date_clock& dates, tcp_socket socket, const asio::ip::tcp::endpoint& peer);

  // Serves the connection to its end. Call once; the session must outlive it.
  task<> run();

  // Ends a wait whose time is over at `now` (steady nanoseconds). A request that was begun is answered 408, other waits
  // end silently.
  void expire(std::int64_t now) noexcept;
  // Closes after the response in progress, or the one to a request that arrives within `limits::idle_at_stop` of `now`.
  void stop(std::int64_t now) noexcept;
  // Closes now. A handler that is running still runs to its end.
  void abort() noexcept;

 private:
  task<request_reader::progress> read_request();
  task<> answer_request();
  task<> refuse();
  task<> send();
  task<> linger();

  bool send_now() noexcept;
  [[nodiscard]] std::int64_t read_deadline() const noexcept;
  void wait_until(std::int64_t deadline) noexcept;
  void write(const response& answer, const request* to);
  void report(std::string_view method, std::string_view target, int status, std::int64_t since) const;
  void report_error(std::string_view what) const;

  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  const options& options_;
  date_clock& dates_;
  tcp_socket socket_;
  std::string client_;
  std::uint16_t client_port_;

  request_reader reader_;
  request_reader::part awaited_ = request_reader::part::idle;
  refusal refusal_;
  std::int64_t now_;    // when the last wait ended; steady nanoseconds, as all times here
  std::int64_t since_;  // when `awaited_` began

  std::string out_;
  std::size_t sent_ = 0;  // of out_
  std::size_t served_ = 0;

  std::int64_t deadline_ = never;  // of the wait in progress
  bool expired_ = false;           // that wait was ended by `expire`
  bool idle_ = false;              // that wait is for a request of which no byte has come
  bool stopping_ = false;
  std::int64_t stopped_at_ = never;
  bool closing_ = false;    // after what is being sent
  bool lingering_ = false;  // the client may be sending more: closing at once could cost it the answer
};

}  // namespace jury::http
