#include "process/listening_socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace jury::process {
namespace {

bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
  }
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

}  // namespace

result<listening_socket> listen_on(const std::string& host, std::uint16_t port, int backlog) {
  const auto where = fmt::format("listen on {}:{}", host, port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0) {
    return fail(fmt::format("{}: {}", where, gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);

  descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!socket || setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 || listen(socket.get(), backlog) != 0) {
    return std::unexpected(system_error(where, errno));
  }

  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  char address[NI_MAXHOST];
  char service[NI_MAXSERV];
  auto* const generic = reinterpret_cast<sockaddr*>(&bound);
  if (getsockname(socket.get(), generic, &length) != 0 ||
      getnameinfo(generic, length, address, sizeof address, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) !=
          0) {
    return std::unexpected(system_error(where, errno));
  }
  return listening_socket{std::move(socket), address, static_cast<std::uint16_t>(std::stoi(service)),
                          is_loopback(generic)};
}

}  // namespace jury::process
