#include "cli/main.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <new>

#include "cli/command.hpp"
#include "process/child.hpp"

namespace jury::cli {
namespace {

constexpr const char* version = "jury 0.1.0";

// The file of `jury serve --config`: plain `option = value` lines. What the environment says goes before it.
class flat_config : public CLI::ConfigTOML {
 public:
  explicit flat_config(const CLI::App* serve) : serve_(serve) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto items = CLI::ConfigTOML::from_config(input);
    for (auto& item : items) {
      if (item.name == "++") {
        throw CLI::ConfigError(fmt::format("expected `option = value` lines, got the section `[{}]`",
                                           item.parents.empty() ? "" : item.parents.front()),
                               CLI::ExitCodes::ConfigError);
      }
      if (!item.parents.empty() || !is_option(item.name)) {
        throw CLI::ConfigError(fmt::format("unknown option `{}`", item.fullname()), CLI::ExitCodes::ConfigError);
      }
      item.parents = {"serve"};
    }
    std::erase_if(items, [](const CLI::ConfigItem& item) { return is_set(environment_name(item.name)); });
    return items;
  }

 private:
  bool is_option(const std::string& name) const {
    return serve_->get_option_no_throw("--" + name) != nullptr || serve_->get_option_no_throw(name) != nullptr;
  }

  const CLI::App* serve_;
};

// The first argument that is a command's name.
const CLI::App* find_command(const CLI::App& program, const std::vector<std::string>& arguments) {
  for (const auto& argument : arguments) {
    for (const CLI::App* const command : program.get_subcommands({})) {
      if (command->get_name() == argument) return command;
    }
  }
  return nullptr;
}

// CLI11 looks for the file before it looks at the environment.
void add_config_of_environment(std::vector<std::string>& arguments) {
  const bool given = std::ranges::any_of(arguments, [](const auto& each) { return each.starts_with("--config"); });
  if (is_set("JURY_CONFIG") && !given) arguments.push_back(std::string("--config=") + std::getenv("JURY_CONFIG"));
}

// Output that could not be written is a failure, whatever the command thinks of itself.
int check_output(int code) {
  if (code != process::exit_success) return code;
  errno = 0;
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (written) return code;
  fmt::print(stderr, "jury: standard output could not be written{}\n",
             errno == 0 ? "" : fmt::format(": {}", std::strerror(errno)));
  return process::exit_failure;
}

int perform(const action& chosen) {
  try {
    return check_output(chosen());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "jury: out of memory\n");
  } catch (const std::exception& failure) {
    fmt::print(stderr, "jury: {}\n", failure.what());
  }
  return process::exit_failure;
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App program("Jury answers a request with a decision from a trained model and never loses the record of it.",
                   "jury");
  program.set_version_flag("--version", version);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  auto* const config =
      with_environment(program.set_config("--config", "", "For serve: file of `option = value` lines"));
  program.allow_config_extras(CLI::config_extras_mode::error);
  action chosen;
  add_serve(program, chosen);
  add_train(program, chosen);
  add_predict(program, chosen);
  add_inspect(program, chosen);
  add_manifest(program, chosen);
  const CLI::App* const serve = program.get_subcommand("serve");
  program.config_formatter(std::make_shared<flat_config>(serve));

  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto known = known_variables(program);
  const CLI::App* const command = find_command(program, arguments);
  leave_environment_to(command, program);
  if (command == serve) add_config_of_environment(arguments);
  std::ranges::reverse(arguments);  // CLI11 takes them from the end
  try {
    program.parse(std::move(arguments));
    if (command == serve) refuse_unknown_variables(known);
  } catch (const CLI::ConfigError& problem) {
    fmt::print(stderr, "jury serve: {}: {}\n", config->results().front(), problem.what());
    return process::exit_usage;
  } catch (const CLI::ParseError& problem) {
    const bool asked = program.exit(problem, std::cout, std::cerr) == 0;  // for help or the version
    return asked ? check_output(process::exit_success) : process::exit_usage;
  }
  return perform(chosen);
}

}  // namespace jury::cli
