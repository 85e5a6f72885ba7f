#pragma once
// A spool of its own for each test.

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spool/file_system.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"
#include "spool/shared_page.hpp"
#include "spool/writer.hpp"
#include "support/temporary_folder.hpp"

namespace jury::spool {

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string text(std::span<const std::byte> payload) {
  return {reinterpret_cast<const char*>(payload.data()), payload.size()};
}

// The real file system with a fault to order.
class faulty_file_system : public file_system {
 public:
  // How many more bytes can be written before `write_error`.
  std::size_t room = static_cast<std::size_t>(-1);
  int write_error = ENOSPC;
  int truncate_error = 0;
  int open_error = 0;  // of files to be written
  int list_error = 0;
  double available = 1;

  errno_or<descriptor> open(const std::string& path, int flags) override {
    if (open_error != 0 && path.ends_with(".log")) return std::unexpected(open_error);
    return file_system::open(path, flags);
  }
  errno_or<std::size_t> write(int file, std::span<const std::byte> data) override {
    if (room == 0) return std::unexpected(write_error);
    const auto written = file_system::write(file, data.first(std::min(room, data.size())));
    if (written) room -= *written;
    return written;
  }
  errno_or<void> truncate(int file, std::uint64_t size) override {
    if (truncate_error != 0) return std::unexpected(truncate_error);
    return file_system::truncate(file, size);
  }
  errno_or<std::vector<std::string>> list(const std::string& directory) override {
    if (list_error != 0) return std::unexpected(list_error);
    return file_system::list(directory);
  }
  errno_or<double> available_share(const std::string&) override { return available; }
};

// A root and a page; writers and readers on them.
class spool_test : public testing::Test {
 protected:
  [[nodiscard]] const std::string& root() const { return folder_.path(); }
  shared_page& page() { return *page_; }
  // As after a restart of the whole server.
  void forget_page() { page_ = std::make_unique<shared_page>(); }

  writer lease(writer_options options = {}) {
    auto leased = writer::lease(root(), page(), options);
    if (!leased) throw std::runtime_error(leased.error().message);
    return std::move(*leased);
  }
  reader open_reader(file_system& files = file_system::posix()) {
    auto opened = reader::open(root(), page(), files);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  // One record, flushed.
  static void put(writer& to, std::string_view record) {
    ASSERT_TRUE(to.append(bytes(record)));
    ASSERT_TRUE(to.flush());
  }
  // Everything there is to read, not acknowledged.
  static std::vector<std::string> read_all(reader& from) {
    std::vector<std::string> records;
    for (auto batch = from.next(100); !batch.empty(); batch = from.next(100))
      for (const entry& one : batch) records.push_back(text(one.payload));
    return records;
  }
  // The same, acknowledged.
  static std::vector<std::string> drain(reader& from) {
    std::vector<std::string> records;
    for (auto batch = from.next(100); !batch.empty(); batch = from.next(100)) {
      for (const entry& one : batch) {
        records.push_back(text(one.payload));
        from.acknowledge(one.directory, one.sequence);
      }
    }
    return records;
  }
  [[nodiscard]] std::vector<std::string> segment_files(unsigned directory = 0) const {
    std::vector<std::string> files;
    const auto names = list_segments(file_system::posix(), directory_path(root(), directory)).value();
    for (const auto& name : names) files.push_back(directory_path(root(), directory) + "/" + name.to_string());
    return files;
  }
  [[nodiscard]] std::size_t quarantined() const {
    std::error_code code;
    std::size_t count = 0;
    for (std::filesystem::directory_iterator at(root() + "/quarantine", code), end; !code && at != end; ++at) ++count;
    return count;
  }
  // Overwrites one byte of a file with another value.
  static void damage(const std::string& file, std::uint64_t offset) {
    std::FILE* handle = std::fopen(file.c_str(), "r+b");
    ASSERT_NE(handle, nullptr);
    std::fseek(handle, static_cast<long>(offset), SEEK_SET);
    const int was = std::fgetc(handle);
    std::fseek(handle, static_cast<long>(offset), SEEK_SET);
    std::fputc(was ^ 0x55, handle);
    std::fclose(handle);
  }
  static void append_to_file(const std::string& file, std::string_view tail) {
    std::FILE* handle = std::fopen(file.c_str(), "ab");
    ASSERT_NE(handle, nullptr);
    std::fwrite(tail.data(), 1, tail.size(), handle);
    std::fclose(handle);
  }

 private:
  temporary_folder folder_;
  std::unique_ptr<shared_page> page_ = std::make_unique<shared_page>();
};

using texts = std::vector<std::string>;

}  // namespace jury::spool
