#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace jury::cli {

// A line on standard error that fills up. Where nobody watches (no terminal) it prints a line each tenth instead.
class progress_bar {
 public:
  explicit progress_bar(std::string what);
  // Ends the line.
  ~progress_bar();
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  // `note`: what stands behind the bar, as a metric.
  void update(std::size_t done, std::size_t total, std::string_view note = {});

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::size_t tenths_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace jury::cli
