#include "spool/scanner.hpp"

#include <fcntl.h>

#include <cstring>
#include <utility>

#include "spool/crc32c.hpp"
#include "spool/format.hpp"

namespace jury::spool {
namespace {

constexpr std::size_t usual_window = 512 << 10;
constexpr std::size_t largest_window = header_bytes + max_record_bytes;

}  // namespace

scanner::scanner(file_system& files, descriptor file, segment_name name)
    : files_(&files),
      file_(std::move(file)),
      name_(name),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(usual_window)),
      capacity_(usual_window),
      expected_(name.first) {}

errno_or<scanner> scanner::open(file_system& files, const std::string& directory, segment_name name) {
  auto file = files.open(directory + "/" + name.to_string(), O_RDONLY);
  if (!file) return std::unexpected(file.error());
  return scanner(files, std::move(*file), name);
}

scanned scanner::next(std::uint64_t stop) {
  if (expected_ >= stop) return {scan_step::stop};
  const auto bytes = window();
  if (bytes.size() < header_bytes) return {scan_step::more};
  const auto header = parse_header(bytes);
  if (!header || header->sequence < expected_) return {scan_step::damaged};
  if (header->sequence >= stop) return {scan_step::stop};
  const std::size_t size = header_bytes + header->length;
  if (bytes.size() < size) return {scan_step::more};
  const auto payload = bytes.subspan(header_bytes, header->length);
  if (crc32c(payload) != header->payload_crc) return {scan_step::damaged};
  begin_ += size;
  offset_ += size;
  expected_ = header->sequence + 1;
  return {scan_step::record, header->sequence, payload};
}

errno_or<bool> scanner::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == capacity_) {
    if (capacity_ == largest_window) return false;
    auto larger = std::make_unique_for_overwrite<std::byte[]>(largest_window);
    std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ = largest_window;
  }
  const auto got = files_->read_at(file_.number(), {buffer_.get() + end_, capacity_ - end_}, offset_ + end_);
  if (!got) return std::unexpected(got.error());
  end_ += *got;
  return *got > 0;
}

errno_or<bool> scanner::refill() {
  begin_ = end_ = 0;
  return fill();
}

errno_or<bool> scanner::resync(std::uint64_t stop) {
  // A valid header vouches for its length, also when the payload behind it is damaged. Skipping by it keeps the whole
  // scan linear, whatever the bytes are.
  const auto bytes = window();
  const auto header = bytes.size() < header_bytes ? std::nullopt : parse_header(bytes);
  const bool trusted = header && header->sequence >= expected_ && header->sequence < stop;
  const std::size_t skip = trusted ? header_bytes + header->length : 1;

  if (skip < bytes.size()) {
    if (const auto hit = find_header(bytes.subspan(skip), expected_, stop)) {
      begin_ += skip + *hit;
      offset_ += skip + *hit;
      return true;
    }
  }
  const auto chunk = std::make_unique_for_overwrite<std::byte[]>(usual_window);
  std::uint64_t from = offset_ + skip;
  if (bytes.size() >= skip + header_bytes) from = offset_ + bytes.size() - header_bytes + 1;
  for (;;) {
    const auto got = files_->read_at(file_.number(), {chunk.get(), usual_window}, from);
    if (!got) return std::unexpected(got.error());
    if (const auto hit = find_header({chunk.get(), *got}, expected_, stop)) {
      offset_ = from + *hit;
      begin_ = end_ = 0;
      return true;
    }
    if (*got < usual_window) return false;
    from += usual_window - header_bytes + 1;
  }
}

}  // namespace jury::spool
