#include "cli/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace jury::cli {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t width = 30;
constexpr auto redraw_interval = 100ms;

}  // namespace

progress_bar::progress_bar(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) != 0) {}

progress_bar::~progress_bar() {
  if (terminal_ && shown_) fmt::print(stderr, "\n");
}

void progress_bar::update(std::size_t done, std::size_t total, std::string_view note) {
  if (total == 0) return;
  const auto now = std::chrono::steady_clock::now();
  const bool last = done >= total;
  if (terminal_ ? now < next_ && !last : done * 10 / total <= tenths_ && !last) return;
  next_ = now + redraw_interval;
  tenths_ = done * 10 / total;

  const std::chrono::duration<double> elapsed = now - started_;
  const double left =
      elapsed.count() * static_cast<double>(total - done) / static_cast<double>(std::max<std::size_t>(done, 1));
  const auto time = last ? fmt::format("{:.1f} s", elapsed.count()) : fmt::format("{:.0f} s left", left);
  const auto behind = fmt::format("{}/{}{}{}, {}", done, total, note.empty() ? "" : ", ", note, time);
  if (terminal_) {
    const std::size_t filled = width * done / total;
    fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {}\x1b[K", what_, "", filled, "", width - filled, behind);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{} {}\n", what_, behind);
  }
  shown_ = true;
}

}  // namespace jury::cli
