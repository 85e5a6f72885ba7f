#include "spool/cursor.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

#include "spool/crc32c.hpp"

namespace jury::spool {
namespace {

std::string path_in(const std::string& directory) { return directory + "/cursor"; }

std::string to_text(const cursor& value) {
  std::string text = fmt::format("{} {}", value.segment.to_string(), value.next);
  const auto checksum = crc32c(std::as_bytes(std::span(text)));
  return text + fmt::format(" {:08x}\n", checksum);
}

std::optional<cursor> from_text(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto segment = segment_name::parse(text.substr(0, space));
  if (!segment) return std::nullopt;
  cursor value{.segment = *segment, .next = 0};
  const auto number = std::from_chars(text.data() + space + 1, text.data() + text.size(), value.next);
  if (number.ec != std::errc{} || to_text(value) != text) return std::nullopt;
  return value;
}

}  // namespace

std::optional<cursor> load_cursor(file_system& files, const std::string& directory) {
  const auto file = files.open(path_in(directory), O_RDONLY);
  if (!file) return std::nullopt;
  std::array<char, 128> buffer{};
  const auto got = files.read_at(file->number(), std::as_writable_bytes(std::span(buffer)), 0);
  if (!got) return std::nullopt;
  return from_text({buffer.data(), *got});
}

result<void> save_cursor(file_system& files, const std::string& directory, const cursor& value) {
  const std::string path = path_in(directory);
  const auto problem = [&](int number) { return std::unexpected(system_error("write " + path, number)); };
  const std::string text = to_text(value);

  const auto file = files.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return problem(file.error());
  const auto written = files.write(file->number(), std::as_bytes(std::span(text)));
  if (!written) return problem(written.error());
  if (const auto synced = files.synchronize(file->number()); !synced) return problem(synced.error());
  if (const auto renamed = files.rename(path + ".new", path); !renamed) return problem(renamed.error());
  const auto folder = files.open(directory, O_RDONLY | O_DIRECTORY);
  if (!folder) return problem(folder.error());
  if (const auto synced = files.synchronize(folder->number()); !synced) return problem(synced.error());
  return {};
}

}  // namespace jury::spool
