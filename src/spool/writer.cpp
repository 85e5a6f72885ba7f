#include "spool/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/clock.hpp"
#include "spool/format.hpp"
#include "spool/recovery.hpp"

namespace jury::spool {

writer::writer(writer_options options, page_slot& slot, unsigned directory, std::string path, descriptor lock)
    : options_(options), slot_(&slot), directory_(directory), path_(std::move(path)), lock_(std::move(lock)) {
  // The active segment is never freed. Were it allowed to reach the byte bound, a spool that is drained would stay
  // full for ever.
  options_.segment_bytes = std::min(options_.segment_bytes, options_.max_bytes / 4);
  options_.max_batch_bytes = std::min(options_.max_batch_bytes, options_.max_bytes / 4);
}

result<writer> writer::lease(const std::string& root, shared_page& page, writer_options options) {
  std::string last_problem;
  for (unsigned number = 0; number < max_directories; ++number) {
    std::string path = directory_path(root, number);
    if (auto made = make_directory(path); !made) return std::unexpected(made.error());
    auto lock = try_lock(*options.files, path + "/lock");
    if (!lock) return std::unexpected(lock.error());
    if (!*lock) continue;

    page_slot& slot = page.slots[number];
    slot.leases.fetch_add(1, std::memory_order_relaxed);
    const auto log = recover(*options.files, root, number, slot);
    if (!log) {  // a directory that can't be read must not keep the service from starting
      last_problem = "; " + log.error().message;
      continue;
    }
    writer leased(options, slot, number, std::move(path), std::move(**lock));
    if (const auto taken = leased.take_over(log->next); !taken) {
      last_problem = "; " + taken.error().message;
      continue;
    }
    return leased;
  }
  return fail(fmt::format("no free spool directory among the {} under {}{}", max_directories, root, last_problem));
}

result<void> writer::take_over(std::uint64_t next) {
  next_ = pending_ = next;
  const auto segments = list_segments(*options_.files, path_);
  if (!segments) return std::unexpected(system_error("list the spool directory " + path_, segments.error()));
  for (const segment_name& segment : *segments) {
    std::error_code code;
    const auto bytes = std::filesystem::file_size(path_ + "/" + segment.to_string(), code);
    if (code) continue;  // freed by the recorder meanwhile
    extents_.push_back({segment.first, bytes});
    held_ += bytes;
    last_stamp_ = segment.stamp;
  }
  if (extents_.empty()) return {};
  // The newest inherited segment can be freed only when it has a successor. If there can't be one yet, flush() tries
  // again and says why.
  if (extents_.back().bytes == 0 && extents_.back().first == next) {
    const std::string file = path_ + "/" + segment_name{next, last_stamp_}.to_string();
    if (auto opened = options_.files->open(file, O_WRONLY | O_APPEND)) segment_ = std::move(*opened);
  } else {
    static_cast<void>(start_segment());
  }
  return {};
}

std::expected<std::uint64_t, append_error> writer::append(std::span<const std::byte> record) {
  if (record.size() > max_record_bytes) return std::unexpected(append_error::too_large);
  forget_freed();
  const std::uint64_t size = header_bytes + record.size();
  if (held_bytes() + size > options_.max_bytes || batch_.size() + size > options_.max_batch_bytes)
    return std::unexpected(append_error::full);
  append_record(batch_, pending_, record);
  return pending_++;
}

result<void> writer::flush() {
  if (batch_.empty()) return {};
  auto written = write_batch();
  if (written) {
    extents_.back().bytes += batch_.size();
    held_ += batch_.size();
    next_ = pending_;
    slot_->committed.store(next_, std::memory_order_release);
  } else {
    pending_ = next_;
  }
  batch_.clear();
  return written;
}

result<void> writer::write_batch() {
  const bool is_full =
      segment_ && extents_.back().bytes > 0 && extents_.back().bytes + batch_.size() > options_.segment_bytes;
  if (!segment_ || is_full) {
    if (auto started = start_segment(); !started) return started;
  }
  std::span<const std::byte> left = batch_;
  while (!left.empty()) {
    const auto written = options_.files->write(segment_.number(), left);
    if (!written) {
      roll_back(written.error());
      return std::unexpected(system_error("write to the spool in " + path_, written.error()));
    }
    left = left.subspan(*written);
  }
  return {};
}

// After this no byte of the batch counts: either the segment ends where it ended before, or it gets a successor that
// begins with the batch's first sequence number. At once, so that not even a crash brings the batch back.
void writer::roll_back(int reason) {
  const std::uint64_t size = extents_.back().bytes;
  const bool is_clean = options_.files->truncate(segment_.number(), size).has_value();
  const bool is_out_of_space = reason == ENOSPC || reason == EDQUOT;
  // Once all of it is delivered the segment itself is the space that is missing, and a successor lets it be freed.
  const bool is_delivered = slot_->acknowledged.load(std::memory_order_acquire) >= next_;
  if (is_clean && (size == 0 || (is_out_of_space && !is_delivered))) return;
  segment_ = descriptor();
  if (size == 0) {
    static_cast<void>(options_.files->unlink(path_ + "/" + segment_name{next_, last_stamp_}.to_string()));
    extents_.pop_back();
  }
  // Else the next flush tries, and says why it can't.
  static_cast<void>(start_segment(is_delivered ? reserve::used : reserve::kept));
}

result<void> writer::start_segment(reserve share) {
  const auto available = options_.files->available_share(path_);
  if (share == reserve::kept && available && *available < options_.reserved_share)
    return fail(
        fmt::format("start a spool segment in {}: {:.1f} % of the file system is available, {:.1f} % is kept "
                    "free",
                    path_, *available * 100, options_.reserved_share * 100));
  const auto now = static_cast<std::uint64_t>(unix_nanoseconds() / 1'000'000);
  const segment_name name{.first = next_, .stamp = std::max(now, last_stamp_ + 1)};
  const std::string file = path_ + "/" + name.to_string();
  auto created = options_.files->open(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
  if (!created) return std::unexpected(system_error("start the spool segment " + file, created.error()));
  segment_ = std::move(*created);
  last_stamp_ = name.stamp;
  extents_.push_back({next_, 0});
  return {};
}

void writer::forget_freed() {
  const std::uint64_t freed = slot_->freed.load(std::memory_order_relaxed);
  if (freed == freed_) return;
  freed_ = freed;
  while (extents_.size() > 1 && extents_[1].first <= freed) {
    held_ -= extents_.front().bytes;
    extents_.pop_front();
  }
}

}  // namespace jury::spool
