#include "http/session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <utility>

#include "base/clock.hpp"
#include "http/response_writer.hpp"

namespace jury::http {

using boost::system::error_code;

session::session(const options& settings, date_clock& dates, tcp_socket socket, const asio::ip::tcp::endpoint& peer)
    : options_(settings),
      dates_(dates),
      socket_(std::move(socket)),
      client_(peer.address().to_string()),
      client_port_(peer.port()),
      reader_(settings.limits),
      now_(steady_nanoseconds()),
      since_(now_) {}

task<> session::run() {
  const context before = context::current();
  while (!closing_) {
    const auto progress = co_await read_request();
    if (progress == request_reader::progress::need_more) break;
    if (progress == request_reader::progress::refused) {
      co_await refuse();
    } else {
      co_await answer_request();
    }
    // What a handler left in the context belongs to its request, not to the connection.
    context::current() = before;
  }
  if (lingering_) co_await linger();
  error_code ignored;
  socket_.close(ignored);
}

// need_more here: the connection ends without another answer.
task<request_reader::progress> session::read_request() {
  using progress = request_reader::progress;
  for (;;) {
    const auto so_far = reader_.read();
    if (so_far == progress::refused) refusal_ = reader_.why();
    if (so_far != progress::need_more) co_return so_far;
    if (awaited_ != reader_.awaited()) {
      awaited_ = reader_.awaited();
      since_ = now_;
    }
    if (reader_.take_continue()) {
      out_.assign(continue_response);
      sent_ = 0;
      if (!send_now()) co_await send();
      if (closing_) co_return progress::need_more;
    }
    idle_ = awaited_ == request_reader::part::idle;

    const auto space = reader_.space();
    error_code error;
    wait_until(read_deadline());
    const auto size = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()),
                                                       asio::redirect_error(use_task, error));
    deadline_ = never;
    idle_ = false;
    now_ = steady_nanoseconds();
    reader_.received(size);
    if (!error) continue;
    if (error != asio::error::operation_aborted) co_return progress::need_more;
    if (expired_) {
      if (awaited_ == request_reader::part::idle) co_return progress::need_more;
      refusal_ = {408, "The request took too long to arrive"};
      co_return progress::refused;
    }
    if (!socket_.is_open()) co_return progress::need_more;
  }
}

task<> session::answer_request() {
  auto& request = reader_.current();
  request.client = client_;
  request.client_port = client_port_;
  const auto received = request.received = now_;
  response answer;
  try {
    answer = co_await options_.handler(request);
    if (!answer.sendable()) throw std::invalid_argument("a response with a status or a header that can't be sent");
  } catch (const std::exception& e) {
    report_error(e.what());
    answer = error_response(500);
  } catch (...) {
    report_error("an exception that is no std::exception");
    answer = error_response(500);
  }

  ++served_;
  closing_ = answer.close || !request.keep_alive || stopping_ || served_ >= options_.limits.requests_per_connection;
  lingering_ = closing_ && (request.keep_alive || reader_.has_surplus());
  write(answer, &request);
  if (!send_now()) co_await send();
  now_ = steady_nanoseconds();
  report(request.method_text, request.target, answer.status, received);

  reader_.next();
  awaited_ = request_reader::part::idle;
  since_ = now_;
  // A pipeline must not keep the loop from everyone else.
  if (!closing_ && reader_.awaited() != request_reader::part::idle) co_await asio::post(use_task);
}

task<> session::refuse() {
  closing_ = lingering_ = true;
  const auto began = now_;
  auto answer = error_response(refusal_);
  const request* const understood = reader_.understood();
  if (options_.on_refusal) options_.on_refusal(understood, answer);
  write(answer, understood);
  if (!send_now()) co_await send();
  now_ = steady_nanoseconds();
  if (understood != nullptr) {
    report(understood->method_text, understood->target, answer.status, began);
  } else {
    report({}, {}, answer.status, began);
  }
}

void session::write(const response& answer, const request* to) {
  constexpr std::size_t kept = 64 * 1024;
  if (out_.capacity() > kept) out_ = std::string();
  out_.clear();
  sent_ = 0;
  write_response(out_, answer,
                 {.without_body = to != nullptr && to->method == method::head,
                  .close = closing_,
                  .announce_keep_alive = to != nullptr && to->asks_keep_alive,
                  .idle = std::chrono::floor<std::chrono::seconds>(options_.limits.idle),
                  .date = dates_.at(std::time(nullptr))});
}

// True when nothing is left to send, because it was sent or because it can't be.
bool session::send_now() noexcept {
  while (sent_ < out_.size()) {
    error_code error;
    sent_ += socket_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    if (error == asio::error::would_block) return false;
    if (error) {
      closing_ = true;
      lingering_ = false;
      return true;
    }
  }
  return true;
}

task<> session::send() {
  do {
    error_code error;
    wait_until(steady_nanoseconds() + options_.limits.write_stall.count());
    co_await socket_.async_wait(tcp_socket::wait_write, asio::redirect_error(use_task, error));
    deadline_ = never;
    if (error) {
      closing_ = true;
      lingering_ = false;
      // A reset: what the client never took must not stay in the kernel.
      socket_.set_option(asio::socket_base::linger(true, 0), error);
      co_return;
    }
  } while (!send_now());
}

task<> session::linger() {
  error_code error;
  socket_.shutdown(tcp_socket::shutdown_send, error);
  const auto deadline = now_ + options_.limits.linger.count();
  out_.resize(4096);
  for (std::size_t discarded = 0; !error && discarded < options_.limits.linger_bytes;) {
    wait_until(deadline);
    discarded += co_await socket_.async_read_some(asio::buffer(out_), asio::redirect_error(use_task, error));
  }
  deadline_ = never;
}

void session::expire(std::int64_t now) noexcept {
  if (now < deadline_) return;
  deadline_ = never;
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void session::stop(std::int64_t now) noexcept {
  stopping_ = true;
  stopped_at_ = now;
  if (idle_) deadline_ = std::min(deadline_, read_deadline());
}

void session::abort() noexcept {
  stopping_ = true;
  error_code ignored;
  socket_.close(ignored);
}

void session::wait_until(std::int64_t deadline) noexcept {
  expired_ = false;
  deadline_ = deadline;
}

std::int64_t session::read_deadline() const noexcept {
  const auto& limits = options_.limits;
  switch (awaited_) {
    case request_reader::part::idle: {
      const auto usual = since_ + (served_ == 0 ? limits.first_byte : limits.idle).count();
      return stopping_ ? std::min(usual, stopped_at_ + limits.idle_at_stop.count()) : usual;
    }
    case request_reader::part::header:
      return since_ + limits.header.count();
    case request_reader::part::body:
      break;
  }
  // Each byte buys its time at the minimum rate, but none of it more than the total.
  const auto bought =
      reader_.body_received() * std::uint64_t{1'000'000'000} / std::max<std::size_t>(limits.body_rate, 1);
  return since_ + std::min(limits.body_grace.count() + static_cast<std::int64_t>(bought), limits.body_total.count());
}

void session::report(std::string_view method, std::string_view target, int status, std::int64_t since) const {
  if (!options_.on_response) return;
  options_.on_response({.method = method,
                        .target = target,
                        .client = client_,
                        .client_port = client_port_,
                        .status = status,
                        .bytes = sent_,
                        .duration = now_ - since});
}

void session::report_error(std::string_view what) const {
  if (options_.on_error) options_.on_error(what);
}

}  // namespace jury::http
