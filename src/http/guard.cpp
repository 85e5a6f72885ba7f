#include "http/guard.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "http/syntax.hpp"
#include "http/url.hpp"

namespace jury::http {
namespace {

std::unexpected<refusal> refuse(int status, std::string_view detail) {
  return std::unexpected(refusal{status, detail});
}
std::unexpected<refusal> bad(std::string_view detail) { return refuse(400, detail); }

std::optional<method> known_method(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(method_names, text);
  if (found == method_names.end()) return std::nullopt;
  return static_cast<method>(found - method_names.begin());
}

// Digits only; a number too large for the type becomes the largest.
std::optional<std::uint64_t> parse_length(std::string_view text) noexcept {
  if (text.empty() || !syntax::all(text, syntax::digit)) return std::nullopt;
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  return error == std::errc() ? length : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

void guard::reset() noexcept {
  head_ = {};
  line_ = scanned_ = fields_ = 0;
  begun_ = host_ = transfer_encoding_ = unknown_expectation_ = false;
}

std::expected<bool, refusal> guard::check(std::string_view received) {
  if (!begun_) {
    if (const auto begun = find_begin(received); !begun || !*begun) return begun;
  }
  for (;;) {
    const auto lf = received.find('\n', scanned_);
    const bool whole = lf != std::string_view::npos;
    scanned_ = whole ? lf + 1 : received.size();
    if (const auto fits = check_size(scanned_, whole); !fits) return std::unexpected(fits.error());
    if (!whole) return false;

    auto line = received.substr(line_, lf - line_);
    line_ = scanned_;
    if (!line.ends_with('\r')) return bad("A header line must end in CRLF");
    line.remove_suffix(1);

    outcome accepted;
    if (fields_ == 0) {
      accepted = request_line(line);
      fields_ = line_;
    } else if (line.empty()) {
      head_.end = line_;
      accepted = whole_header();
      if (accepted) return true;
    } else {
      accepted = field_line(line);
    }
    if (!accepted) return std::unexpected(accepted.error());
  }
}

// One empty line before a request is skipped, as RFC 9112 2.2 asks: some clients end a body with it.
std::expected<bool, refusal> guard::find_begin(std::string_view received) {
  if (received.starts_with('\r')) {
    if (received.size() == 1) return false;
    if (received[1] != '\n') return bad("A header line must end in CRLF");
    head_.begin = line_ = scanned_ = 2;
  }
  if (received.size() == head_.begin) return false;
  if (!syntax::is(received[head_.begin], syntax::token)) return bad("Malformed request line");
  begun_ = true;
  return true;
}

// A line that is not whole yet will be longer than what there is of it: at the limit it is already too long. So the
// answer is the same however the bytes were split.
guard::outcome guard::check_size(std::size_t end, bool line_is_whole) const {
  const std::size_t unseen = line_is_whole ? 0 : 1;
  if (fields_ == 0) {
    if (end - head_.begin + unseen > limits_.request_line) return refuse(414, "The request line is too long");
  } else if (end - fields_ + unseen > limits_.header_block) {
    return refuse(431, "The header is too large");
  }
  return {};
}

guard::outcome guard::request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return bad("Malformed request line");
  const auto method_text = line.substr(0, first);
  const auto target = line.substr(first + 1, second - first - 1);
  const auto version = line.substr(second + 1);

  if (!syntax::all(method_text, syntax::token)) return bad("Malformed request line");
  if (version.size() != 8 || !version.starts_with("HTTP/") || !syntax::is(version[5], syntax::digit) ||
      version[6] != '.' || !syntax::is(version[7], syntax::digit)) {
    return bad("Malformed HTTP version");
  }
  if (version[5] != '1' || version[7] > '1') return refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
  head_.minor_version = version[7] - '0';

  const auto known = known_method(method_text);
  if (!known) return refuse(501, "This method is not implemented");
  head_.method = *known;
  if (!split_target(target) || (target == "*" && head_.method != method::options)) {
    return bad("Malformed request target");
  }
  return {};
}

guard::outcome guard::field_line(std::string_view line) {
  if (++head_.fields > limits_.header_fields) return refuse(431, "Too many header fields");
  if (line.front() == ' ' || line.front() == '\t') return bad("Folded header lines are not accepted");
  std::size_t colon = 0;
  while (colon < line.size() && syntax::is(line[colon], syntax::token)) ++colon;
  if (colon == 0 || colon == line.size() || line[colon] != ':') return bad("Malformed header field name");
  const auto value = line.substr(colon + 1);
  if (!syntax::is_field_value(value)) return bad("Control character in a header field");
  return framing_field(line.substr(0, colon), syntax::trim(value));
}

guard::outcome guard::framing_field(std::string_view name, std::string_view value) {
  const auto is = [name](std::string_view wanted) { return syntax::equal_ignoring_case(name, wanted); };
  switch (name.size()) {
    case 4:
      if (!is("host")) break;
      if (std::exchange(host_, true)) return bad("More than one Host");
      if (!is_host(value)) return bad("Malformed Host");
      break;
    case 6:
      if (!is("expect")) break;
      head_.expects_continue = head_.minor_version == 1;
      if (!syntax::equal_ignoring_case(value, "100-continue")) unknown_expectation_ = true;
      break;
    case 10:
      if (!is("connection")) break;
      while (!value.empty()) {
        const auto comma = std::min(value.find(','), value.size());
        const auto option = syntax::trim(value.substr(0, comma));
        if (syntax::equal_ignoring_case(option, "close")) head_.says_close = true;
        if (syntax::equal_ignoring_case(option, "keep-alive")) head_.says_keep_alive = true;
        value.remove_prefix(std::min(comma + 1, value.size()));
      }
      break;
    case 14:
      if (!is("content-length")) break;
      if (head_.content_length) return bad("More than one Content-Length");
      head_.content_length = parse_length(value);
      if (!head_.content_length) return bad("Malformed Content-Length");
      break;
    case 17:
      if (!is("transfer-encoding")) break;
      if (std::exchange(transfer_encoding_, true)) return bad("More than one Transfer-Encoding");
      if (!syntax::equal_ignoring_case(value, "chunked")) return bad("The only Transfer-Encoding accepted is chunked");
      head_.chunked = true;
      break;
    default:
      break;
  }
  return {};
}

guard::outcome guard::whole_header() {
  if (head_.minor_version == 1 && !host_) return bad("Missing Host");
  if (head_.chunked && head_.minor_version == 0) return bad("Transfer-Encoding in HTTP/1.0");
  if (head_.chunked && head_.content_length) return bad("Both Transfer-Encoding and Content-Length");
  if (unknown_expectation_ && head_.minor_version == 1) return refuse(417, "The only Expect accepted is 100-continue");
  return {};
}

}  // namespace jury::http
