#pragma once
// Floor 5. Every option is also an environment variable; here is who reads which.

#include <CLI/CLI.hpp>
#include <set>
#include <string>

namespace jury::cli {

// "api-key-file" as an environment variable: JURY_API_KEY_FILE.
[[nodiscard]] std::string environment_name(std::string option);

// Whether the variable is there and says something. An empty one counts as absent, as in CLI11.
[[nodiscard]] bool is_set(const std::string& variable);

// Only `chosen` reads the environment: no variable of another command can break it. Null: no command does.
void leave_environment_to(const CLI::App* chosen, CLI::App& program);

// A misspelt variable would be ignored in silence; that is how a server starts with other settings than meant. Throws
// CLI::ValidationError for a JURY_ variable that is no option of any command, except those that Kubernetes sets in
// every container beside a Service called `jury`.
void refuse_unknown_variables(const std::set<std::string>& known);

// The variables of all commands' options. To be asked for before leave_environment_to().
[[nodiscard]] std::set<std::string> known_variables(const CLI::App& program);

// Kubernetes calls a Service's address JURY_PORT too. Removes such a variable and gives back what it said; else empty.
[[nodiscard]] std::string take_service_link();

}  // namespace jury::cli
