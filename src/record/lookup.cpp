#include "record/lookup.hpp"

#include <array>

#include "spool/find.hpp"

namespace jury {
namespace {

// A UUIDv7 begins with the time at which it was made.
std::uint64_t unix_milliseconds_of(const uuid& id) {
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i) time = time << 8 | id.bytes[i];
  return time;
}

}  // namespace

result<std::optional<record>> find_record(store& where, const std::string& spool_root, const spool::shared_page& page,
                                          const uuid& decision_id) {
  auto stored = where.find(decision_id);
  if (stored && *stored) return stored;
  // A store that fails must not hide what is still in the spool: it is tried again at the end.
  const auto spooled =
      spool::find(spool_root, page, unix_milliseconds_of(decision_id),
                  [&](std::span<const std::byte> bytes) { return decision_id_of(bytes) == decision_id; });
  if (spooled && *spooled) {
    auto decoded = decode(**spooled);
    if (!decoded) return std::unexpected(decoded.error());
    return std::optional(std::move(*decoded));
  }
  auto at_last = where.find(decision_id);
  // "Not there" is only said when everything could be looked at.
  if (at_last && !*at_last && !spooled) return std::unexpected(spooled.error());
  return at_last;
}

}  // namespace jury
