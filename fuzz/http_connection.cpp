// Whole connections, cut into pieces. The first bytes of the input choose the cuts. However a connection is cut, it
// must give the same requests and the same refusal as in one piece, and what Beast made of a header must agree with the
// guard.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_reader.hpp"

namespace {

using namespace jury::http;

// Small, so that the fuzzer reaches them.
limits small_limits() {
  limits rules;
  rules.request_line = 64;
  rules.header_block = 256;
  rules.header_fields = 8;
  rules.body = 64;
  return rules;
}

void check(bool condition) {
  if (!condition) std::abort();
}

// What no accepted request may be.
void check_request(const request& accepted) {
  check(accepted.path == "*" || accepted.path.starts_with('/'));
  check(accepted.minor_version == 0 || !accepted.host.empty());
  check(accepted.body.size() <= small_limits().body);
  check(!(accepted.header("Transfer-Encoding") && accepted.header("Content-Length")));
  for (const auto& field : accepted.headers) {
    check(!field.name.empty());
    check(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
}

void append(std::string& out, const request& accepted) {
  for (const auto part : {accepted.method_text, accepted.target, accepted.path, accepted.query, accepted.host}) {
    out.append(part).push_back('\n');
  }
  for (const auto& field : accepted.headers) out.append(field.name).append(":").append(field.value).push_back('\n');
  out.append(accepted.body).append(accepted.keep_alive ? "+\n" : "-\n");
}

class connection {
 public:
  void feed(std::string_view piece) {
    while (!piece.empty() && !refused_) {
      const auto space = reader_.space();
      const auto size = std::min(space.size(), piece.size());
      std::memcpy(space.data(), piece.data(), size);
      reader_.received(size);
      piece.remove_prefix(size);
      while (step()) {
      }
    }
  }

  std::string story() {
    if (!refused_) story_ += "awaits " + std::to_string(static_cast<int>(reader_.awaited()));
    return story_;
  }

 private:
  bool step() {
    const auto progress = reader_.read();
    if (progress == request_reader::progress::need_more) {
      static_cast<void>(reader_.take_continue());
      return false;
    }
    if (progress == request_reader::progress::refused) {
      refused_ = true;
      story_ += std::to_string(reader_.why().status);
      story_ += reader_.why().detail;
      return false;
    }
    check_request(reader_.current());
    append(story_, reader_.current());
    reader_.next();
    return true;
  }

  limits limits_ = small_limits();
  request_reader reader_{limits_};
  std::string story_;
  bool refused_ = false;
};

std::string read_in_pieces(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  connection client;
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    const auto size = cuts.empty() ? bytes.size() : std::min(bytes.size(), cuts[i % cuts.size()] + 1);
    client.feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return client.story();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::vector<std::size_t> cuts(data, data + 4);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto whole = read_in_pieces(bytes, {});
  check(read_in_pieces(bytes, cuts) == whole);
  check(read_in_pieces(bytes, {0}) == whole);
  return 0;
}
