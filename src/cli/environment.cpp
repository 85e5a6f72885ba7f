#include "cli/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace jury::cli {
namespace {

bool is_service_link(std::string_view name) {
  return name == "JURY_SERVICE_HOST" || name.starts_with("JURY_SERVICE_PORT") || name.starts_with("JURY_PORT_");
}

}  // namespace

std::string environment_name(std::string option) {
  std::ranges::transform(option, option.begin(),
                         [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return "JURY_" + option;
}

bool is_set(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  return value != nullptr && *value != '\0';
}

void leave_environment_to(const CLI::App* chosen, CLI::App& program) {
  for (CLI::App* const command : program.get_subcommands({})) {
    if (command == chosen) continue;
    for (CLI::Option* const option : command->get_options({})) option->envname("");
  }
}

std::set<std::string> known_variables(const CLI::App& program) {
  std::set<std::string> known = {"JURY_CONFIG"};
  for (const CLI::App* const command : program.get_subcommands({})) {
    for (const CLI::Option* const option : command->get_options({})) known.insert(option->get_envname());
  }
  return known;
}

void refuse_unknown_variables(const std::set<std::string>& known) {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('='));
    if (name.starts_with("JURY_") && !known.contains(name) && !is_service_link(name)) {
      throw CLI::ValidationError(name, "this environment variable is no option of any command");
    }
  }
}

std::string take_service_link() {
  const char* const port = std::getenv("JURY_PORT");
  std::string link = port != nullptr ? port : "";
  if (!link.starts_with("tcp://")) return {};
  unsetenv("JURY_PORT");
  return link;
}

}  // namespace jury::cli
