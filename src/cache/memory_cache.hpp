#pragma once
// Floor 3. The first cache tier: the memory of one worker.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jury::cache {

// Values by byte-string keys, the least recently used one dropped when full, none older than the time to live. The
// whole key is compared, so that equal hashes can't mix up two requests. Entries live in one array and are used again,
// so a full cache allocates nothing for keys of one length. Not thread-safe: one a loop.
template <typename Value>
class memory_cache {
 public:
  // `capacity` in entries, below 2^31, 0 stores nothing; `time_to_live` in nanoseconds.
  memory_cache(std::size_t capacity, std::int64_t time_to_live) : capacity_(capacity), time_to_live_(time_to_live) {}

  // The value, valid until the next insert, or null. `now`: steady nanoseconds.
  const Value* find(std::string_view key, std::int64_t now) {
    if (index_.empty()) return nullptr;
    const place found = index_[slot_of(key, hash_of(key))];
    if (found == none || now - entries_[found].stored >= time_to_live_) return nullptr;
    unlink(found);
    link_first(found);
    return &entries_[found].value;
  }

  // Stores or replaces.
  void insert(std::string_view key, Value value, std::int64_t now) {
    if (capacity_ == 0) return;
    if (entries_.size() < capacity_ && 2 * (entries_.size() + 1) > index_.size()) grow();
    const std::size_t hash = hash_of(key);
    std::size_t slot = slot_of(key, hash);
    place target = index_[slot];
    if (target != none) {
      unlink(target);
    } else if (entries_.size() < capacity_) {
      target = static_cast<place>(entries_.size());
      entries_.emplace_back();
    } else {
      target = last_;
      unlink(target);
      remove_from_index(target);
      slot = slot_of(key, hash);
    }
    index_[slot] = target;
    entry& filled = entries_[target];
    filled.key.assign(key);
    filled.hash = hash;
    filled.value = std::move(value);
    filled.stored = now;
    link_first(target);
  }

  // Entries, outdated ones included.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  using place = std::uint32_t;  // in entries_
  static constexpr place none = std::numeric_limits<place>::max();

  struct entry {
    std::string key;
    std::size_t hash = 0;
    Value value{};
    std::int64_t stored = 0;
    place previous = none;  // used more recently
    place next = none;
  };

  // Keyed by a random seed, so that a client can't choose rows that fall into one place.
  [[nodiscard]] std::size_t hash_of(std::string_view key) const noexcept {
    const auto mix = [](std::uint64_t a, std::uint64_t b) {
      const auto product = static_cast<unsigned __int128>(a) * b;
      return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    std::uint64_t hash = seeds_[0] ^ key.size();
    for (; key.size() >= 8; key.remove_prefix(8)) {
      std::uint64_t word;
      std::memcpy(&word, key.data(), 8);
      hash = mix(hash ^ seeds_[1], word ^ seeds_[2]) + std::rotl(hash, 23);
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, key.data(), key.size());
    return mix(hash ^ seeds_[1], rest ^ seeds_[2]);
  }
  [[nodiscard]] std::size_t home(std::size_t hash) const noexcept { return hash & (index_.size() - 1); }
  [[nodiscard]] std::size_t after(std::size_t slot) const noexcept { return home(slot + 1); }

  // Where in the index the key is, or the free slot where it belongs.
  [[nodiscard]] std::size_t slot_of(std::string_view key, std::size_t hash) const noexcept {
    std::size_t slot = home(hash);
    while (index_[slot] != none) {
      const entry& other = entries_[index_[slot]];
      if (other.hash == hash && other.key == key) break;
      slot = after(slot);
    }
    return slot;
  }

  void grow() {
    index_.assign(std::max<std::size_t>(64, 2 * index_.size()), none);
    for (place i = 0; i < entries_.size(); ++i) index_[slot_of(entries_[i].key, entries_[i].hash)] = i;
  }

  // Open addressing without tombstones: what follows in the run moves up where it may.
  void remove_from_index(place which) {
    std::size_t hole = slot_of(entries_[which].key, entries_[which].hash);
    for (std::size_t slot = after(hole); index_[slot] != none; slot = after(slot)) {
      const std::size_t ideal = home(entries_[index_[slot]].hash);
      const std::size_t mask = index_.size() - 1;
      if (((slot - ideal) & mask) >= ((slot - hole) & mask)) {
        index_[hole] = index_[slot];
        hole = slot;
      }
    }
    index_[hole] = none;
  }

  void unlink(place which) {
    const entry& gone = entries_[which];
    (gone.previous == none ? first_ : entries_[gone.previous].next) = gone.next;
    (gone.next == none ? last_ : entries_[gone.next].previous) = gone.previous;
  }

  void link_first(place which) {
    entries_[which].previous = none;
    entries_[which].next = first_;
    (first_ == none ? last_ : entries_[first_].previous) = which;
    first_ = which;
  }

  static std::uint64_t random_seed() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }

  std::size_t capacity_;
  std::int64_t time_to_live_;
  std::array<std::uint64_t, 3> seeds_{random_seed(), random_seed(), random_seed()};
  std::vector<entry> entries_;
  std::vector<place> index_;  // a power of two, at most half full
  place first_ = none;        // the most recently used
  place last_ = none;
};

}  // namespace jury::cache
