#include "spool/track.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "spool/cursor.hpp"
#include "spool/recovery.hpp"

namespace jury::spool {

track::track(file_system& files, std::string root, unsigned number, page_slot& slot)
    : files_(&files), root_(std::move(root)), number_(number), slot_(&slot), path_(directory_path(root_, number)) {}

// The page knows best; without it the cursor, but only about the very segment that it names and only as far as this
// segment goes: everything else is delivered again.
void track::start(std::uint64_t committed) {
  std::uint64_t begin = slot_->acknowledged.load(std::memory_order_relaxed);
  if (begin == 0) {
    begin = segments_.empty() ? committed : std::min(segments_.front().first, committed);
    if (const auto hint = load_cursor(*files_, path_)) {
      const auto named = std::ranges::find(segments_, hint->segment);
      if (named != segments_.end()) {
        const auto after = std::next(named);
        const std::uint64_t end = after == segments_.end() ? committed : std::min(after->first, committed);
        begin = std::max(begin, std::min(hint->next, end));
      }
    }
  }
  next_ = delivered_ = acknowledged_ = begin;
  slot_->acknowledged.store(begin, std::memory_order_relaxed);
  started_ = true;
}

void track::read(std::size_t limit, std::vector<entry>& out) {
  const std::uint64_t committed = slot_->committed.load(std::memory_order_acquire);
  if (committed == 0 || (started_ && next_ >= committed)) return;
  // Listed after the mark was read: so a successor that bounds a segment below the mark is in the list.
  if (!list()) return;
  if (!started_) start(committed);
  if (scanner_ && !std::ranges::binary_search(segments_, scanner_->name())) scanner_.reset();
  if (scanner_) static_cast<void>(scanner_->refill());  // an error comes back from the fill in move_on

  const std::size_t begin = out.size();
  while (next_ < committed && out.size() - begin < limit) {
    if (!scanner_ && !open_segment(committed)) break;
    const segment_name* bound = successor();
    const std::uint64_t stop = bound == nullptr ? committed : std::min(committed, bound->first);
    const scanned here = scanner_->next(stop);
    if (here.step == scan_step::record) {
      if (here.sequence < next_) continue;  // delivered before, or acknowledged before a restart
      out.push_back({number_, here.sequence, here.payload});
      delivered_ = next_ = here.sequence + 1;
      continue;
    }
    if (out.size() != begin) break;  // moving on would invalidate the bytes just given out
    if (!move_on(here.step, stop, committed)) break;
  }
  settle();
}

// False: the directory can't be read now, and what is known of it stays.
bool track::list() {
  auto segments = list_segments(*files_, path_);
  if (segments) {
    segments_ = std::move(*segments);
  } else {
    ++statistics_.read_errors;
  }
  return segments.has_value();
}

// Opens the segment that holds next_, or the first one behind it.
bool track::open_segment(std::uint64_t committed) {
  while (!segments_.empty()) {
    auto behind = std::ranges::upper_bound(segments_, next_, {}, &segment_name::first);
    const auto chosen = behind == segments_.begin() ? behind : std::prev(behind);
    if (chosen->first >= committed) break;
    auto opened = scanner::open(*files_, path_, *chosen);
    if (opened) {
      scanner_ = std::move(*opened);
      return true;
    }
    if (opened.error() != ENOENT) {  // tried again at the next read
      ++statistics_.read_errors;
      return false;
    }
    segments_.erase(chosen);
  }
  next_ = committed;  // nothing on disk holds what is missing
  return false;
}

const segment_name* track::successor() const {
  const auto after = std::ranges::upper_bound(segments_, scanner_->name());
  return after == segments_.end() ? nullptr : &*after;
}

// What to do when the scanner gives no record: false ends this read.
bool track::move_on(scan_step step, std::uint64_t stop, std::uint64_t committed) {
  if (step == scan_step::stop) return end_segment(committed);
  if (step == scan_step::more) {
    const auto filled = scanner_->fill();
    if (!filled) {
      ++statistics_.read_errors;  // the segment may be readable later; other directories go on
      return false;
    }
    if (*filled) return true;
    set_aside();
    return end_segment(committed);
  }
  set_aside();
  const auto moved = scanner_->resync(stop);
  if (!moved) {
    ++statistics_.read_errors;
    return false;
  }
  return *moved || end_segment(committed);
}

// Goes to the next segment. In the newest one, what is committed and not there is lost; the scanner stays, for what
// is written from now on.
bool track::end_segment(std::uint64_t committed) {
  const segment_name* after = successor();
  if (after == nullptr) {
    next_ = committed;
    return false;
  }
  next_ = std::max(next_, std::min(after->first, committed));
  auto opened = scanner::open(*files_, path_, *after);
  if (opened) {
    scanner_ = std::move(*opened);
    return true;
  }
  scanner_.reset();
  return false;
}

void track::set_aside() {
  if (quarantined_ == scanner_->name()) return;
  quarantined_ = scanner_->name();
  if (quarantine(root_, number_, scanner_->name())) ++statistics_.quarantined_segments;
}

void track::acknowledge(std::uint64_t sequence) {
  acknowledged_ = std::max(acknowledged_, std::min(sequence + 1, delivered_));
  settle();
  free_segments();
}

// Numbers that no record has count as acknowledged once all before them are.
void track::settle() {
  if (acknowledged_ >= delivered_) acknowledged_ = std::max(acknowledged_, next_);
  slot_->acknowledged.store(acknowledged_, std::memory_order_release);
}

void track::free_segments() {
  std::size_t free = 0;
  while (free + 1 < segments_.size() && segments_[free + 1].first <= acknowledged_) unlink(segments_[free++]);
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(free));
  if (!segments_.empty()) slot_->freed.store(segments_.front().first, std::memory_order_relaxed);
}

void track::unlink(segment_name segment) {
  if (files_->unlink(path_ + "/" + segment.to_string())) ++statistics_.freed_segments;
}

void track::adopt() {
  // Also when nothing is written any more, perhaps because the disk is full of what was delivered.
  if (started_ && acknowledged_ >= slot_->committed.load(std::memory_order_acquire)) {
    if (!list()) return;
    free_segments();
    // An open descriptor would keep the space of an unlinked file.
    if (scanner_ && !std::ranges::binary_search(segments_, scanner_->name())) scanner_.reset();
  }
  const bool is_recovered = recovered_lease_ == slot_->leases.load(std::memory_order_relaxed);
  const bool is_drained = started_ && acknowledged_ >= slot_->committed.load(std::memory_order_relaxed);
  if (is_recovered && (!is_drained || segments_.empty())) return;
  const auto lock = try_lock(*files_, path_ + "/lock");
  if (!lock || !*lock) return;

  const std::uint64_t lease = slot_->leases.load(std::memory_order_relaxed);
  if (recovered_lease_ != lease) {
    const auto log = recover(*files_, root_, number_, *slot_);
    if (!log) {
      ++statistics_.read_errors;
      return;
    }
    if (!list()) return;
    recovered_lease_ = lease;
    if (!segments_.empty()) ++statistics_.adopted_directories;
    if (log->quarantined) ++statistics_.quarantined_segments;
    if (!started_) start(log->next);
  }
  if (started_ && acknowledged_ >= slot_->committed.load(std::memory_order_relaxed)) empty();
}

// Only under the lock. The directory and its lock file stay: see try_lock.
void track::empty() {
  scanner_.reset();
  if (!list()) return;
  for (const segment_name& segment : segments_) unlink(segment);
  segments_.clear();
  static_cast<void>(files_->unlink(path_ + "/cursor"));
  slot_->freed.store(acknowledged_, std::memory_order_relaxed);
}

result<void> track::save() const {
  const auto behind = std::ranges::upper_bound(segments_, acknowledged_, {}, &segment_name::first);
  if (!started_ || behind == segments_.begin()) return {};
  return save_cursor(*files_, path_, {.segment = *std::prev(behind), .next = acknowledged_});
}

std::uint64_t track::backlog() const {
  const std::uint64_t committed = slot_->committed.load(std::memory_order_relaxed);
  const std::uint64_t done = started_ ? acknowledged_ : slot_->acknowledged.load(std::memory_order_relaxed);
  return committed - std::min(committed, done);
}

}  // namespace jury::spool
