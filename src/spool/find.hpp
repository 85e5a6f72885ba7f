#pragma once
// Looking a record up while it is still in the spool.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spool/shared_page.hpp"

namespace jury::spool {

using predicate = std::function<bool(std::span<const std::byte> payload)>;

// The first record for which `matches` holds, among those committed and not yet acknowledged (acknowledged ones are in
// the sink: ask there, before and after). Segments started close to `near_unix_milliseconds` are read first, so that a
// record whose time is known costs a segment or two; one that is not there costs the whole backlog. Read-only and
// without locks: any process may call it, at any time, from any thread. Blocks on file I/O: not for an event loop.
// An error when it was not found and something could not be read: it may be there.
result<std::optional<std::vector<std::byte>>> find(const std::string& root, const shared_page& page,
                                                   std::uint64_t near_unix_milliseconds, const predicate& matches);

}  // namespace jury::spool
