#include "spool/reader.hpp"

#include <algorithm>
#include <utility>

#include "spool/segment.hpp"
#include "spool/track.hpp"

namespace jury::spool {

reader::reader(std::string root, shared_page& page, file_system& files, descriptor lock)
    : root_(std::move(root)), page_(&page), files_(&files), lock_(std::move(lock)) {}

reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;
reader::~reader() = default;

result<reader> reader::open(const std::string& root, shared_page& page, file_system& files) {
  if (auto made = make_directory(root); !made) return std::unexpected(made.error());
  auto lock = try_lock(files, root + "/recorder.lock");
  if (!lock) return std::unexpected(lock.error());
  if (!*lock) return fail("another recorder holds " + root + "/recorder.lock; a spool has one");
  reader opened(root, page, files, std::move(**lock));
  opened.refresh();
  return opened;
}

std::span<const entry> reader::next(std::size_t limit) {
  batch_.clear();
  // Another directory is first each time, so that a busy one can't keep the others from their turn.
  for (std::size_t i = 0; i < tracks_.size() && batch_.size() < limit; ++i)
    tracks_[(turn_ + i) % tracks_.size()]->read(limit - batch_.size(), batch_);
  if (!tracks_.empty()) turn_ = (turn_ + 1) % tracks_.size();
  return batch_;
}

void reader::acknowledge(unsigned directory, std::uint64_t sequence) {
  const auto found = std::ranges::find(tracks_, directory, &track::number);
  if (found != tracks_.end()) (*found)->acknowledge(sequence);
}

void reader::refresh() {
  const auto numbers = list_directories(*files_, root_);
  if (!numbers) ++list_errors_;
  for (const unsigned number : numbers.value_or(std::vector<unsigned>())) {
    if (std::ranges::find(tracks_, number, &track::number) == tracks_.end())
      tracks_.push_back(std::make_unique<track>(*files_, root_, number, page_->slots[number]));
  }
  for (const auto& directory : tracks_) directory->adopt();
}

result<void> reader::save_cursors() {
  result<void> outcome;
  for (const auto& directory : tracks_) {
    if (auto saved = directory->save(); !saved) outcome = std::move(saved);
  }
  return outcome;
}

reader_statistics reader::statistics() const {
  reader_statistics total{.read_errors = list_errors_};
  for (const auto& directory : tracks_) {
    const reader_statistics& part = directory->statistics();
    total.backlog_records += directory->backlog();
    total.freed_segments += part.freed_segments;
    total.quarantined_segments += part.quarantined_segments;
    total.adopted_directories += part.adopted_directories;
    total.read_errors += part.read_errors;
  }
  return total;
}

}  // namespace jury::spool
