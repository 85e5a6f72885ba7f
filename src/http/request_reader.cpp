#include "http/request_reader.hpp"

#include <algorithm>
#include <cstring>

#include "http/header_parser.hpp"
#include "http/url.hpp"

namespace jury::http {

std::span<char> request_reader::space() {
  if (end_ == capacity_ && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    moved_ = true;
  }
  if (end_ == capacity_) {
    const auto larger = std::max(initial_capacity, capacity_ * 2);
    auto buffer = std::make_unique_for_overwrite<char[]>(larger);
    if (end_ > 0) std::memcpy(buffer.get(), buffer_.get(), end_);
    buffer_ = std::move(buffer);
    capacity_ = larger;
    moved_ = true;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

request_reader::progress request_reader::read() {
  if (last_ == progress::need_more) last_ = in_body_ ? read_body() : read_header();
  return last_;
}

request_reader::progress request_reader::refuse(const refusal& why) noexcept {
  refusal_ = why;
  return progress::refused;
}

request_reader::progress request_reader::read_header() {
  const auto received = bytes();
  const auto whole = guard_.check({received.data(), received.size()});
  if (!whole) return refuse(whole.error());
  if (!*whole) return progress::need_more;
  const auto wrong = bind_header();
  in_body_ = !wrong;
  if (guard_.facts().content_length.value_or(0) > limits_.body) return refuse({413, "The body is too large"});
  if (wrong) return refuse(*wrong);
  return read_body();
}

request_reader::progress request_reader::read_body() {
  const auto& facts = guard_.facts();
  const auto body = bytes().subspan(facts.end);
  std::size_t size = 0;
  if (facts.chunked) {
    const auto whole = chunks_.join(body);
    if (!whole) return refuse(whole.error());
    if (!*whole) {
      end_ = begin_ + facts.end + chunks_.size();
      return progress::need_more;
    }
    size = chunks_.size();
    size_ = facts.end + chunks_.consumed();
  } else {
    size = static_cast<std::size_t>(facts.content_length.value_or(0));
    if (body.size() < size) return progress::need_more;
    size_ = facts.end + size;
  }
  // Parsing again is simpler than moving views, and rare: the buffer grows for large bodies only.
  if (moved_) {
    if (const auto wrong = bind_header()) return refuse(*wrong);
  }
  request_.body = {body.data(), size};
  return progress::complete;
}

std::optional<refusal> request_reader::bind_header() {
  const auto& facts = guard_.facts();
  const auto header = bytes().subspan(facts.begin, facts.end - facts.begin);
  moved_ = false;
  if (!parse_header({header.data(), header.size()}, facts, request_)) {
    return refusal{400, "Malformed header"};
  }
  const auto parts = split_target(request_.target);
  const auto path = parts ? decode_path(parts->path, path_) : std::nullopt;
  if (!path) return refusal{400, "Malformed request target"};

  request_.method = facts.method;
  request_.minor_version = facts.minor_version;
  request_.asks_keep_alive = facts.says_keep_alive;
  request_.keep_alive = !facts.says_close && (facts.minor_version == 1 || facts.says_keep_alive);
  request_.path = *path;
  request_.query = parts->query;
  request_.host = parts->authority.empty() ? request_.header("Host").value_or("") : parts->authority;
  request_.body = {};
  return std::nullopt;
}

const request* request_reader::understood() {
  if (!in_body_ || (moved_ && bind_header())) return nullptr;
  return &request_;
}

bool request_reader::take_continue() noexcept {
  if (!in_body_ || continue_taken_ || last_ != progress::need_more || !guard_.facts().expects_continue) return false;
  continue_taken_ = true;
  return bytes().size() == guard_.facts().end && body_received() == 0;
}

void request_reader::next() {
  begin_ += size_;
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (capacity_ > kept_capacity) {
      buffer_.reset();
      capacity_ = 0;
    }
  }
  size_ = 0;
  in_body_ = moved_ = continue_taken_ = false;
  last_ = progress::need_more;
  guard_.reset();
  chunks_ = chunked_body(limits_.body);
}

request_reader::part request_reader::awaited() const noexcept {
  if (in_body_) return part::body;
  // The empty line that may stand before a request is none yet.
  const auto unread = bytes();
  return std::string_view("\r\n").starts_with({unread.data(), unread.size()}) ? part::idle : part::header;
}

std::size_t request_reader::body_received() const noexcept { return in_body_ ? end_ - begin_ - guard_.facts().end : 0; }

}  // namespace jury::http
