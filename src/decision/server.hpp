#pragma once
// `jury serve`: the supervisor's side. Binds, has the model loaded, starts workers and recorder, and stays until a
// signal ends it.

#include "api/api_keys.hpp"
#include "decision/metrics.hpp"
#include "decision/settings.hpp"
#include "decision/shared_state.hpp"
#include "process/listening_socket.hpp"

namespace jury::decision {

// Everything that the processes inherit.
struct server {
  const settings& options;
  metrics::registry registry;
  service_metrics metric{registry};
  std::optional<api::api_keys> keys;
  process::listening_socket socket;
  std::optional<shared_state> shared;
  std::optional<process::memory_file> loading;  // what the loader fills
  process::mapping model;                       // the compiled model, read-only, once it is loaded
};

// Returns the exit code of the program.
int serve(const settings& options);

// The main functions of the processes; see process::plan.
int run_worker(server& inherited, std::size_t number);
int run_recorder(server& inherited);

// The path of a `sqlite:PATH` URL.
result<std::string> sqlite_path(const std::string& url);

}  // namespace jury::decision
