#pragma once
// A plain blocking client. Every wait ends after ten seconds, as a failure.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "http/syntax.hpp"

namespace jury::http::test {

struct answer {
  int status = 0;
  std::string head;  // status line and fields
  std::string body;

  [[nodiscard]] std::optional<std::string> field(std::string_view name) const {
    for (auto at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
      const auto line = std::string_view(head).substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto colon = line.find(": ");
      if (colon == std::string_view::npos) continue;
      if (syntax::equal_ignoring_case(line.substr(0, colon), name)) return std::string(line.substr(colon + 2));
    }
    return std::nullopt;
  }
};

// Takes one answer off the front of `bytes`; nothing while it is incomplete.
inline std::optional<answer> take_answer(std::string& bytes, bool without_body = false) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  answer taken;
  taken.head = bytes.substr(0, end + 2);
  taken.status = std::stoi(taken.head.substr(9, 3));
  const auto length = without_body ? 0 : std::stoul(taken.field("Content-Length").value_or("0"));
  if (bytes.size() - end - 4 < length) return std::nullopt;
  taken.body = bytes.substr(end + 4, length);
  bytes.erase(0, end + 4 + length);
  return taken;
}

class client {
 public:
  // `receive_buffer`: of the socket, bytes; 0 leaves the system's.
  explicit client(std::uint16_t port, int receive_buffer = 0) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer > 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("connect failed");
    }
  }
  client(client&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Sends what the kernel takes at once. True when it took everything.
  bool send_now(std::string_view bytes) {
    return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           static_cast<ssize_t>(bytes.size());
  }

  // The next answer, 100 Continue included. Throws when none comes.
  answer read(bool without_body = false) {
    for (;;) {
      if (auto taken = take_answer(received_, without_body)) return *taken;
      if (!receive()) throw std::runtime_error("closed, or nothing came; so far: " + received_);
    }
  }

  answer ask(std::string_view request) {
    send(request);
    return read();
  }

  // Waits for the end of the stream; true when nothing came before it. A reset is no end.
  bool ended() {
    char byte = 0;
    return received_.empty() && ::recv(descriptor_, &byte, 1, 0) == 0;
  }

  // Nothing came and the connection stands, now.
  [[nodiscard]] bool quiet() const {
    pollfd entry{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return received_.empty() && ::poll(&entry, 1, 0) == 0;
  }

  void finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

  // Closes so that the server sees a reset.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
  }

 private:
  bool receive() {
    char buffer[16 * 1024];
    const auto size = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  int descriptor_;
  std::string received_;
};

}  // namespace jury::http::test
