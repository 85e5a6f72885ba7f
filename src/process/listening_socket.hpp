#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "process/descriptor.hpp"

namespace jury::process {

struct listening_socket {
  descriptor socket;
  std::string host;    // numeric address
  std::uint16_t port;  // the real one, also when 0 was asked for
  bool loopback;       // reachable from this machine only
};

// Binds and listens on TCP. `host`: an address or a name of this machine; `port` 0 lets the kernel choose.
result<listening_socket> listen_on(const std::string& host, std::uint16_t port, int backlog);

}  // namespace jury::process
