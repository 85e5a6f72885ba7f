#pragma once
// Floor 5, src/cli: the program `jury`, a file a command. A command adds its options to the line and says what to run.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/environment.hpp"

namespace jury::cli {

// What main runs after the line was understood; returns the exit code.
using action = std::function<int()>;

void add_serve(CLI::App& program, action& chosen);
void add_train(CLI::App& program, action& chosen);
void add_predict(CLI::App& program, action& chosen);
void add_inspect(CLI::App& program, action& chosen);
void add_manifest(CLI::App& program, action& chosen);

// Far above what any machine has, and below what any refuses to start.
inline constexpr unsigned most_jobs = 1024;

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
