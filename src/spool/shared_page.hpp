#pragma once
// Floor 2, src/spool: a log of opaque bytes that many processes write and one process drains. This file: the memory
// through which they tell each other how far they are.

#include <array>
#include <atomic>
#include <cstdint>
#include <type_traits>

namespace jury::spool {

inline constexpr unsigned max_directories = 256;

// What is known about one directory of the spool. Every number only grows while the page lives. Zero in `committed`
// means that nobody has looked at the directory since the page was made.
struct page_slot {
  // Records with a sequence number below this one are whole and may be read. Stored (release) by the holder of the
  // directory's lock, after the write.
  alignas(64) std::atomic<std::uint64_t> committed;
  // How often the directory was leased; tells the recorder that a new writer came and went.
  std::atomic<std::uint64_t> leases;
  // Bytes in segments not yet freed, as the writer last knew it. For metrics only.

  // Records below this one are in the sink. Stored by the recorder.
  alignas(64) std::atomic<std::uint64_t> acknowledged;
  // Segments that hold only records below this one are unlinked. Stored by the recorder.
  std::atomic<std::uint64_t> freed;
};

// One a spool root, in memory that all its processes share (an anonymous shared mapping made before the fork). Memory
// of zeros is a valid start, also with old directories on disk: it forgets nothing that the segments do not tell.
struct shared_page {
  std::array<page_slot, max_directories> slots;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::is_standard_layout_v<shared_page> && std::is_trivially_destructible_v<shared_page>);

}  // namespace jury::spool
