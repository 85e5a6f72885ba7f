#include "spool/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "spool/format.hpp"
#include "spool/shared_page.hpp"

namespace jury::spool {
namespace {

constexpr std::string_view suffix = ".log";

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size() || number > max_sequence) return std::nullopt;
  return number;
}

// A directory that is not there has no names. One that can't be read is an error: to take it for empty would be to take
// its records for delivered.
errno_or<std::vector<std::string>> list_names(file_system& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names && names.error() == ENOENT) return std::vector<std::string>();
  return names;
}

}  // namespace

std::string segment_name::to_string() const { return fmt::format("{:020}-{:013}{}", first, stamp, suffix); }

std::optional<segment_name> segment_name::parse(std::string_view file) {
  if (!file.ends_with(suffix)) return std::nullopt;
  file.remove_suffix(suffix.size());
  const auto dash = file.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number(file.substr(0, dash));
  const auto stamp = parse_number(file.substr(dash + 1));
  if (!first || !stamp) return std::nullopt;
  return segment_name{*first, *stamp};
}

std::string directory_path(const std::string& root, unsigned number) { return fmt::format("{}/{:04}", root, number); }

result<void> make_directory(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return std::unexpected(system_error("make the spool directory " + path, code.value()));
  return {};
}

errno_or<std::vector<segment_name>> list_segments(file_system& files, const std::string& directory) {
  const auto names = list_names(files, directory);
  if (!names) return std::unexpected(names.error());
  std::vector<segment_name> segments;
  for (const std::string& name : *names) {
    // A name that is not written as to_string() writes it could stand beside its twin.
    const auto segment = segment_name::parse(name);
    if (segment && segment->to_string() == name) segments.push_back(*segment);
  }
  std::ranges::sort(segments);
  return segments;
}

errno_or<std::vector<unsigned>> list_directories(file_system& files, const std::string& root) {
  const auto names = list_names(files, root);
  if (!names) return std::unexpected(names.error());
  std::vector<unsigned> numbers;
  for (const std::string& name : *names) {
    const auto number = name.size() == 4 ? parse_number(name) : std::nullopt;
    if (number && *number < max_directories) numbers.push_back(static_cast<unsigned>(*number));
  }
  std::ranges::sort(numbers);
  return numbers;
}

result<std::optional<descriptor>> try_lock(file_system& files, const std::string& path) {
  auto file = files.open(path, O_RDWR | O_CREAT);
  if (!file) return std::unexpected(system_error("open the lock file " + path, file.error()));
  while (::flock(file->number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) return std::unexpected(system_error("lock " + path, errno));
  }
  return std::optional(std::move(*file));
}

}  // namespace jury::spool
