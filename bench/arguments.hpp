#pragma once

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bench {

// What the command line got wrong; a program prints it and ends with status 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The options of a benchmark program, `--name value` or `--name` alone. Each call takes its options away, and what is
// left when `finish` is called is unknown. Throws usage_error.
//
//     bench::arguments arguments{argc, argv};
//     auto port = arguments.number<std::uint16_t>("--port").value_or(8080);
//     arguments.finish();
class arguments {
 public:
  arguments(int argc, char** argv) : words_(argv + 1, argv + argc) {}

  bool flag(std::string_view name) { return std::erase(words_, name) > 0; }

  // Every value of a repeatable option, in order.
  std::vector<std::string> all(std::string_view name) {
    std::vector<std::string> values;
    for (auto word = words_.begin(); word != words_.end();) {
      if (*word != name) {
        ++word;
        continue;
      }
      if (word + 1 == words_.end()) throw usage_error(std::string(name) + ": expected a value");
      values.emplace_back(*(word + 1));
      word = words_.erase(word, word + 2);
    }
    return values;
  }

  std::optional<std::string> text(std::string_view name) {
    auto values = all(name);
    if (values.size() > 1) throw usage_error(std::string(name) + ": given more than once");
    if (values.empty()) return std::nullopt;
    return values.front();
  }

  template <typename T>
  std::optional<T> number(std::string_view name) {
    auto value = text(name);
    if (!value) return std::nullopt;
    T number{};
    auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error != std::errc{} || end != value->data() + value->size() || !(number >= T{})) {
      throw usage_error(std::string(name) + ": expected a number of 0 or more, got '" + *value + "'");
    }
    return number;
  }

  void finish() const {
    if (!words_.empty()) throw usage_error("unknown option '" + std::string(words_.front()) + "'");
  }

 private:
  std::vector<std::string_view> words_;
};

}  // namespace bench
