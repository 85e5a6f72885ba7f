#pragma once
// Floor 5, src/cli: the program `jury`, a file a command. A command adds its options to the line and says what to run.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <functional>
#include <string>

namespace jury::cli {

// What main runs after the line was understood; returns the exit code.
using action = std::function<int()>;

void add_serve(CLI::App& program, action& chosen);
void add_train(CLI::App& program, action& chosen);
void add_predict(CLI::App& program, action& chosen);
void add_inspect(CLI::App& program, action& chosen);
void add_manifest(CLI::App& program, action& chosen);

// "api-key-file" as an environment variable: JURY_API_KEY_FILE.
inline std::string environment_name(std::string option) {
  std::ranges::transform(option, option.begin(),
                         [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return "JURY_" + option;
}

inline CLI::Option* with_environment(CLI::Option* option) {
  return option->envname(environment_name(option->get_lnames().front()));
}

template <typename Value>
CLI::Option* add(CLI::App& command, const std::string& name, Value& value, const std::string& help) {
  return with_environment(command.add_option(name, value, help)->capture_default_str());
}
inline CLI::Option* add_switch(CLI::App& command, const std::string& name, bool& value, const std::string& help) {
  return with_environment(command.add_flag(name, value, help));
}

}  // namespace jury::cli
