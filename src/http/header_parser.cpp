#include "http/header_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace jury::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

// Collects views. Bodies never get here, so that most events can't happen.
class collector final : public beast::http::basic_parser<true> {
 public:
  explicit collector(request& into) noexcept : into_(into) {}

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int,
                       error_code&) override {
    into_.method_text = method;
    into_.target = target;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    into_.headers.push_back({.name = name, .value = value});
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  request& into_;
};

}  // namespace

bool parse_header(std::string_view header, const head& facts, request& into) {
  into.headers.clear();
  collector parser(into);
  parser.eager(false);
  parser.header_limit(static_cast<std::uint32_t>(header.size()));
  parser.body_limit(boost::none);
  error_code error;
  const auto used = parser.put(boost::asio::const_buffer(header.data(), header.size()), error);
  if (error || used != header.size() || !parser.is_header_done()) return false;

  const auto length = parser.content_length();
  return into.headers.size() == facts.fields && parser.chunked() == facts.chunked &&
         length.has_value() == facts.content_length.has_value() && (!length || *length == *facts.content_length);
}

}  // namespace jury::http
