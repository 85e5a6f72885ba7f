// Arbitrary bytes as a segment file: recovery and reading end, give out only checked records, and allocate no more than
// a window.

#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "spool/find.hpp"
#include "spool/format.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"
#include "spool/writer.hpp"

namespace {

using namespace jury::spool;

std::string make_root() {
  std::string name = (std::filesystem::temp_directory_path() / "jury-fuzz-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

void write_file(const std::string& path, const std::uint8_t* data, std::size_t size) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr || std::fwrite(data, 1, size, file) != size) std::abort();
  std::fclose(file);
}

// The first byte says how: whether records with right checksums stand before the rest and behind it.
void write_segment(const std::string& directory, std::uint64_t first, const std::uint8_t* data, std::size_t size) {
  std::vector<std::byte> bytes;
  const unsigned shape = size > 0 ? data[0] : 0;
  if ((shape & 1) != 0) append_record(bytes, first, std::as_bytes(std::span("before")));
  for (std::size_t i = 1; i < size; ++i) bytes.push_back(std::byte{data[i]});
  if ((shape & 2) != 0) append_record(bytes, first + 1, std::as_bytes(std::span("behind")));
  write_file(directory + "/" + segment_name{first, 1000}.to_string(),
             reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string root = make_root();
  const std::string directory = directory_path(root, 0);
  std::filesystem::remove_all(root + "/quarantine");
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  write_segment(directory, 1, data, size / 2);
  write_segment(directory, 10, data + size / 2, size - size / 2);

  const auto page = std::make_unique<shared_page>();
  static_cast<void>(find(root, *page, 0, [](auto) { return false; }));
  auto recorder = reader::open(root, *page);
  if (!recorder) std::abort();
  std::uint64_t last = 0;
  for (auto batch = recorder->next(3); !batch.empty(); batch = recorder->next(3)) {
    for (const entry& one : batch) {
      if (one.sequence <= last) std::abort();
      last = one.sequence;
    }
    recorder->acknowledge(0, last);
  }
  auto spool = writer::lease(root, *page);
  if (!spool || !spool->append(std::as_bytes(std::span("new"))) || !spool->flush()) std::abort();
  if (recorder->next(3).size() != 1) std::abort();
  return 0;
}
