#include "spool/find.hpp"

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "spool/format.hpp"
#include "spool/scanner.hpp"
#include "spool/segment.hpp"

namespace jury::spool {
namespace {

struct candidate {
  std::uint64_t distance;  // from the time asked for to the time in which the segment was written
  segment_name name;
  std::string directory;
  std::uint64_t stop;
};

std::uint64_t distance(std::uint64_t time, std::uint64_t from, std::uint64_t until) {
  if (time < from) return from - time;
  return time > until ? time - until : 0;
}

errno_or<void> add_candidates(const std::string& directory, const page_slot& slot, std::uint64_t near,
                              std::vector<candidate>& out) {
  // Acknowledged is read first: it never passes committed, so the pair can't look drained when it is not.
  const std::uint64_t acknowledged = slot.acknowledged.load(std::memory_order_acquire);
  const std::uint64_t committed = slot.committed.load(std::memory_order_acquire);
  if (committed != 0 && committed <= acknowledged) return {};
  // A directory that nobody has looked at since the page was made has no writer: it is read to its end.
  const std::uint64_t end = committed == 0 ? max_sequence : committed;

  const auto listed = list_segments(file_system::posix(), directory);
  if (!listed) return std::unexpected(listed.error());
  const auto& segments = *listed;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_newest = i + 1 == segments.size();
    const std::uint64_t stop = is_newest ? end : std::min(end, segments[i + 1].first);
    if (stop <= acknowledged) continue;
    const std::uint64_t until = is_newest ? ~std::uint64_t{0} : segments[i + 1].stamp;
    out.push_back({distance(near, segments[i].stamp, until), segments[i], directory, stop});
  }
  return {};
}

errno_or<std::optional<std::vector<std::byte>>> find_in(const candidate& where, const predicate& matches) {
  auto segment = scanner::open(file_system::posix(), where.directory, where.name);
  if (!segment && segment.error() == ENOENT) return std::nullopt;  // freed meanwhile: its records are in the sink
  if (!segment) return std::unexpected(segment.error());
  for (;;) {
    const scanned here = segment->next(where.stop);
    if (here.step == scan_step::stop) return std::nullopt;
    if (here.step == scan_step::record) {
      if (matches(here.payload)) return std::vector(here.payload.begin(), here.payload.end());
      continue;
    }
    const auto moved = here.step == scan_step::more ? segment->fill() : segment->resync(where.stop);
    if (!moved) return std::unexpected(moved.error());
    if (!*moved) return std::nullopt;
  }
}

}  // namespace

result<std::optional<std::vector<std::byte>>> find(const std::string& root, const shared_page& page,
                                                   std::uint64_t near_unix_milliseconds, const predicate& matches) {
  std::vector<candidate> candidates;
  int problem = 0;
  const auto numbers = list_directories(file_system::posix(), root);
  if (!numbers) problem = numbers.error();
  for (const unsigned number : numbers.value_or(std::vector<unsigned>())) {
    const auto added =
        add_candidates(directory_path(root, number), page.slots[number], near_unix_milliseconds, candidates);
    if (!added) problem = added.error();
  }
  std::ranges::sort(candidates, [](const candidate& a, const candidate& b) {
    return std::tuple(a.distance, b.name.stamp) < std::tuple(b.distance, a.name.stamp);
  });
  for (const candidate& where : candidates) {
    auto found = find_in(where, matches);
    if (!found) {
      problem = found.error();
    } else if (*found) {
      return std::move(*found);
    }
  }
  if (problem != 0) return std::unexpected(system_error("read the spool " + root, problem));
  return std::nullopt;
}

}  // namespace jury::spool
