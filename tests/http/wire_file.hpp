#pragma once
// The wire tests' files. A line is one of
//   # a comment
//   limits body=16 header_fields=3     smaller limits for this file
//   > GET / HTTP/1.1\r\n               bytes to send; \r \n \t \\ \xHH, and \{COUNT:TEXT} for TEXT repeated
//   < 200                              an answer that must come, and below it what it must hold:
//   <   Connection: close              a field,
//   <   !Keep-Alive                    no such field,
//   <   | GET /                        exactly this body,
//   <   no body                        a length perhaps, but no body behind it
//   closed                             the server closes after its last answer
//   waiting                            the server waits for the rest of a request
// Without the last two the connection must serve another request. Bytes behind an answer are sent after it came.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/limits.hpp"

namespace jury::http::test {

struct expected_answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string> absent;
  std::optional<std::string> body;
  bool without_body = false;
};

struct wire_step {
  std::string send;
  std::vector<expected_answer> answers;
};

struct wire_file {
  std::string name;
  http::limits limits;
  std::vector<wire_step> steps;
  enum class ending { open, closed, waiting } end = ending::open;

  [[nodiscard]] std::string all_bytes() const {
    std::string bytes;
    for (const auto& step : steps) bytes += step.send;
    return bytes;
  }
};

// For GoogleTest's messages.
inline void PrintTo(const wire_file& file, std::ostream* out) { *out << file.name; }

inline std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    switch (const char c = text.at(++i)) {
      case 'r':
        out.push_back('\r');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 't':
        out.push_back('\t');
        break;
      case '\\':
        out.push_back('\\');
        break;
      case 'x':
        out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
        i += 2;
        break;
      case '{': {
        const auto colon = text.find(':', i);
        const auto end = text.find('}', colon);
        const auto piece = unescape(text.substr(colon + 1, end - colon - 1));
        for (int n = std::stoi(std::string(text.substr(i + 1, colon - i - 1))); n > 0; --n) out += piece;
        i = end;
        break;
      }
      default:
        throw std::runtime_error(std::string("unknown escape \\") + c);
    }
  }
  return out;
}

inline void set_limit(limits& limits, std::string_view setting) {
  const auto equals = setting.find('=');
  const auto name = setting.substr(0, equals);
  const auto value = static_cast<std::size_t>(std::stoul(std::string(setting.substr(equals + 1))));
  if (name == "body")
    limits.body = value;
  else if (name == "request_line")
    limits.request_line = value;
  else if (name == "header_block")
    limits.header_block = value;
  else if (name == "header_fields")
    limits.header_fields = value;
  else if (name == "requests_per_connection")
    limits.requests_per_connection = value;
  else
    throw std::runtime_error("unknown limit " + std::string(name));
}

inline void read_expectation(wire_file& file, std::string_view text) {
  if (!text.starts_with(' ')) {
    if (file.steps.empty()) file.steps.emplace_back();
    file.steps.back().answers.push_back(
        {.status = std::stoi(std::string(text)), .fields = {}, .absent = {}, .body = {}});
    return;
  }
  auto& answer = file.steps.at(file.steps.size() - 1).answers.back();
  text.remove_prefix(text.find_first_not_of(' '));
  if (text == "no body") {
    answer.without_body = true;
  } else if (text.starts_with("| ") || text == "|") {
    answer.body = unescape(text.substr(std::min<std::size_t>(2, text.size())));
  } else if (text.starts_with('!')) {
    answer.absent.emplace_back(text.substr(1));
  } else {
    const auto colon = text.find(": ");
    answer.fields.emplace_back(text.substr(0, colon), text.substr(colon + 2));
  }
}

inline wire_file read_wire_file(const std::filesystem::path& path) {
  wire_file file;
  file.name = path.stem().string();
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::string_view text = line;
    if (text.empty() || text.starts_with('#')) continue;
    if (text.starts_with("limits ")) {
      set_limit(file.limits, text.substr(7));
    } else if (text.starts_with("> ")) {
      if (file.steps.empty() || !file.steps.back().answers.empty()) file.steps.emplace_back();
      file.steps.back().send += unescape(text.substr(2));
    } else if (text.starts_with("< ")) {
      read_expectation(file, text.substr(2));
    } else if (text == "closed") {
      file.end = wire_file::ending::closed;
    } else if (text == "waiting") {
      file.end = wire_file::ending::waiting;
    } else {
      throw std::runtime_error(path.string() + ": " + line);
    }
  }
  return file;
}

inline std::vector<wire_file> read_wire_files() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(JURY_SOURCE_DIR "/tests/http/wire")) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<wire_file> files;
  for (const auto& path : paths) files.push_back(read_wire_file(path));
  return files;
}

}  // namespace jury::http::test
