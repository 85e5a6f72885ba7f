#include "cli/main.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "cli/command.hpp"
#include "process/child.hpp"

namespace jury::cli {
namespace {

constexpr const char* version = "jury 0.1.0";

// The file of `jury serve --config`: plain `option = value` lines. What the environment says goes before it.
class flat_config : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto items = CLI::ConfigTOML::from_config(input);
    std::erase_if(
        items, [](const CLI::ConfigItem& item) { return std::getenv(environment_name(item.name).c_str()) != nullptr; });
    for (auto& item : items) item.parents.insert(item.parents.begin(), "serve");
    return items;
  }
};

// A misspelt variable would be ignored in silence; that is how a server starts with other settings than meant.
void refuse_unknown_variables(CLI::App& program) {
  std::set<std::string> known = {"JURY_CONFIG"};
  for (CLI::App* const command : program.get_subcommands({})) {
    for (const CLI::Option* const option : command->get_options({})) known.insert(option->get_envname());
  }
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('='));
    if (name.starts_with("JURY_") && !known.contains(name)) {
      throw CLI::ValidationError(name, "this environment variable is no option of any command");
    }
  }
}

// CLI11 looks for the file before it looks at the environment.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const char* const config = std::getenv("JURY_CONFIG");
  const bool serves = !arguments.empty() && arguments.front() == "serve";
  const bool given = std::ranges::any_of(arguments, [](const auto& each) { return each.starts_with("--config"); });
  if (config != nullptr && serves && !given) arguments.push_back(std::string("--config=") + config);
  std::ranges::reverse(arguments);  // CLI11 takes them from the end
  return arguments;
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App program("Jury answers a request with a decision from a trained model and never loses the record of it.",
                   "jury");
  program.set_version_flag("--version", version);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  with_environment(program.set_config("--config", "", "For serve: file of `option = value` lines"));
  program.config_formatter(std::make_shared<flat_config>());
  program.allow_config_extras(CLI::config_extras_mode::error);
  action chosen;
  add_serve(program, chosen);
  add_train(program, chosen);
  add_predict(program, chosen);
  add_inspect(program, chosen);
  add_manifest(program, chosen);
  try {
    refuse_unknown_variables(program);
    program.parse(arguments_of(argc, argv));
  } catch (const CLI::ParseError& problem) {
    return program.exit(problem, std::cout, std::cerr) == 0 ? process::exit_success : process::exit_usage;
  }
  return chosen();
}

}  // namespace jury::cli
