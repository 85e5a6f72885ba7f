#include "spool/find.hpp"

#include <algorithm>
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

void add_candidates(const std::string& directory, const page_slot& slot, std::uint64_t near,
                    std::vector<candidate>& out) {
  // Acknowledged is read first: it never passes committed, so the pair can't look drained when it is not.
  const std::uint64_t acknowledged = slot.acknowledged.load(std::memory_order_acquire);
  const std::uint64_t committed = slot.committed.load(std::memory_order_acquire);
  if (committed != 0 && committed <= acknowledged) return;
  // A directory that nobody has looked at since the page was made has no writer: it is read to its end.
  const std::uint64_t end = committed == 0 ? max_sequence : committed;

  const auto segments = list_segments(directory);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_newest = i + 1 == segments.size();
    const std::uint64_t stop = is_newest ? end : std::min(end, segments[i + 1].first);
    if (stop <= acknowledged) continue;
    const std::uint64_t until = is_newest ? ~std::uint64_t{0} : segments[i + 1].stamp;
    out.push_back({distance(near, segments[i].stamp, until), segments[i], directory, stop});
  }
}

std::optional<std::vector<std::byte>> find_in(const candidate& where, const predicate& matches) {
  auto segment = scanner::open(file_system::posix(), where.directory, where.name);
  if (!segment) return std::nullopt;  // freed meanwhile: its records are in the sink
  for (;;) {
    const scanned here = segment->next(where.stop);
    if (here.step == scan_step::stop) return std::nullopt;
    if (here.step == scan_step::record) {
      if (matches(here.payload)) return std::vector(here.payload.begin(), here.payload.end());
      continue;
    }
    const auto moved = here.step == scan_step::more ? segment->fill() : segment->resync(where.stop);
    if (!moved || !*moved) return std::nullopt;
  }
}

}  // namespace

std::optional<std::vector<std::byte>> find(const std::string& root, const shared_page& page,
                                           std::uint64_t near_unix_milliseconds, const predicate& matches) {
  std::vector<candidate> candidates;
  for (const unsigned number : list_directories(root))
    add_candidates(directory_path(root, number), page.slots[number], near_unix_milliseconds, candidates);
  std::ranges::sort(candidates, [](const candidate& a, const candidate& b) {
    return std::tuple(a.distance, b.name.stamp) < std::tuple(b.distance, a.name.stamp);
  });
  for (const candidate& where : candidates) {
    if (auto found = find_in(where, matches)) return found;
  }
  return std::nullopt;
}

}  // namespace jury::spool
