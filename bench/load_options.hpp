#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace bench {

// What bench/load.cpp was told to do; its opening comment says what the options mean.
struct load_options {
  std::uint16_t port;
  std::size_t connections;
  std::optional<double> seconds;
  std::optional<std::uint64_t> requests;
  std::optional<double> rate;
  std::string path;
  std::vector<std::string> headers;
  std::vector<std::string> bodies;  // taken in turn; none for GET requests
  std::optional<std::string> answers;
  bool reconnect;
};

inline std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) throw std::runtime_error(path + ": expected one JSON body a line");
  return lines;
}

inline load_options parse_load_options(arguments from) {
  auto port = from.number<std::uint16_t>("--port");
  load_options chosen{.port = port.value_or(0),
                      .connections = from.number<std::size_t>("--connections").value_or(32),
                      .seconds = from.number<double>("--seconds"),
                      .requests = from.number<std::uint64_t>("--requests"),
                      .rate = from.number<double>("--rate"),
                      .path = from.text("--path").value_or("/decisions"),
                      .headers = from.all("--header"),
                      .bodies = {},
                      .answers = from.text("--answers"),
                      .reconnect = from.flag("--reconnect")};
  auto bodies = from.text("--bodies");
  auto seed = from.number<std::uint64_t>("--shuffle-seed");
  from.finish();
  if (chosen.port == 0) throw usage_error("expected --port P");
  if (!chosen.seconds && !chosen.requests) throw usage_error("expected --seconds S or --requests N");
  if (chosen.connections == 0) throw usage_error("--connections: expected 1 or more");
  if (chosen.rate && *chosen.rate <= 0) throw usage_error("--rate: expected more than 0");
  for (const auto& header : chosen.headers) {
    if (!header.contains(':')) throw usage_error("--header: expected 'K: V', got '" + header + "'");
  }
  if (bodies) chosen.bodies = read_lines(*bodies);
  if (seed) std::ranges::shuffle(chosen.bodies, std::mt19937_64(*seed));
  return chosen;
}

}  // namespace bench
