// Writers that are killed and writers that write while they are read.

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <random>
#include <thread>

#include "support.hpp"

namespace jury::spool {
namespace {

// Memory that a child process shares.
class mapped_page {
 public:
  mapped_page() {
    void* memory = mmap(nullptr, sizeof(shared_page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    page_ = new (memory) shared_page;
  }
  mapped_page(const mapped_page&) = delete;
  mapped_page& operator=(const mapped_page&) = delete;
  ~mapped_page() { munmap(page_, sizeof(shared_page)); }
  shared_page& operator*() { return *page_; }

 private:
  shared_page* page_;
};

std::string numbered(std::uint64_t number) { return std::to_string(number) + std::string(number % 700, '.'); }

// Flushes records and reports each by its number, until it is killed.
[[noreturn]] void write_for_ever(const std::string& root, shared_page& page, int report, std::uint64_t number) {
  auto spool = writer::lease(root, page, {.segment_bytes = 50'000});
  if (!spool) _exit(1);
  for (;; ++number) {
    if (!spool->append(bytes(numbered(number))) || !spool->flush()) _exit(2);
    if (write(report, &number, sizeof number) != sizeof number) _exit(3);
  }
}

// The numbers that a killed child reported; only whole ones.
std::uint64_t last_reported(int pipe) {
  std::uint64_t last = 0;
  std::uint64_t number = 0;
  while (read(pipe, &number, sizeof number) == sizeof number) last = number;
  return last;
}

TEST(spool_process, a_killed_writer_loses_nothing_that_it_reported) {
  temporary_folder folder;
  mapped_page page;
  std::mt19937 random(7);
  auto recorder = reader::open(folder.path(), *page);
  ASSERT_TRUE(recorder);

  std::uint64_t read_up_to = 0;
  for (int round = 0; round < 30; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_for_ever(folder.path(), *page, pipe[1], read_up_to + 1);
    close(pipe[1]);

    // Drained as it comes, so that the pipe never fills; killed after a random number of records.
    std::uint64_t reported = 0;
    const std::uint64_t enough = read_up_to + 1 + random() % 500;
    while (reported < enough)
      ASSERT_EQ(read(pipe[0], &reported, sizeof reported), static_cast<ssize_t>(sizeof reported));
    ASSERT_EQ(kill(child, SIGKILL), 0);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    reported = std::max(reported, last_reported(pipe[0]));
    close(pipe[0]);

    recorder->refresh();
    for (auto batch = recorder->next(100); !batch.empty(); batch = recorder->next(100)) {
      for (const entry& one : batch) ASSERT_EQ(text(one.payload), numbered(++read_up_to));
      recorder->acknowledge(batch.back().directory, batch.back().sequence);
    }
    ASSERT_GE(read_up_to, reported);
  }
  EXPECT_EQ(recorder->statistics().quarantined_segments, 0U);
}

// Reads with one thread while another writes; the segments are small, so that they are freed under way.
TEST(spool_process, a_reader_beside_a_writer_never_sees_a_torn_record) {
  constexpr std::uint64_t count = 20'000;
  temporary_folder folder;
  mapped_page page;
  std::atomic<bool> broken = false;
  std::jthread writing([&] {
    auto spool = writer::lease(folder.path(), *page, {.segment_bytes = 100'000});
    for (std::uint64_t number = 1; spool && !broken && number <= count; ++number) {
      const bool due = number % 7 == 0 || number == count;
      if (!spool->append(bytes(numbered(number))) || (due && !spool->flush())) broken = true;
    }
    if (!spool) broken = true;
  });
  auto recorder = reader::open(folder.path(), *page);
  ASSERT_TRUE(recorder);
  std::uint64_t seen = 0;
  while (seen < count) {
    ASSERT_FALSE(broken);
    const auto batch = recorder->next(64);
    for (const entry& one : batch) ASSERT_EQ(text(one.payload), numbered(++seen));
    if (batch.empty()) {
      recorder->refresh();
    } else {
      recorder->acknowledge(batch.back().directory, batch.back().sequence);
    }
  }
  EXPECT_EQ(recorder->statistics().quarantined_segments, 0U);
}

TEST(spool_process, processes_that_start_together_take_different_directories) {
  temporary_folder folder;
  mapped_page page;
  int gate[2];
  int leased[2];
  ASSERT_EQ(pipe(gate), 0);
  ASSERT_EQ(pipe(leased), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(fork());
    ASSERT_GE(children.back(), 0);
    if (children.back() != 0) continue;
    close(gate[1]);  // or it would wait for ever for a parent that failed
    const auto spool = writer::lease(folder.path(), *page);
    const unsigned directory = spool ? spool->directory() : 999;
    char end = 0;
    if (write(leased[1], &directory, sizeof directory) < 0) _exit(1);
    _exit(read(gate[0], &end, 1) == 1 ? 0 : 1);  // holds the lease until told
  }
  close(leased[1]);
  std::vector<unsigned> directories;
  for (std::size_t i = 0; i < children.size(); ++i) {
    unsigned directory = 0;
    ASSERT_EQ(read(leased[0], &directory, sizeof directory), static_cast<ssize_t>(sizeof directory));
    directories.push_back(directory);
  }
  ASSERT_EQ(write(gate[1], "....", 4), 4);
  for (const pid_t child : children) {
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  for (const int end : {gate[0], gate[1], leased[0]}) close(end);
  std::ranges::sort(directories);
  EXPECT_EQ(directories, (std::vector<unsigned>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace jury::spool
