#include "decision/server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>

#include "base/cpu_count.hpp"
#include "base/log.hpp"
#include "decision/served_model.hpp"
#include "model/compile.hpp"
#include "process/child.hpp"
#include "process/file_lock.hpp"
#include "process/supervisor.hpp"
#include "spool/format.hpp"

namespace jury::decision {
namespace {

// A record holds the request, its row and its answer.
constexpr std::size_t largest_body = spool::max_record_bytes / 2;

constexpr std::chrono::milliseconds predecessor_patience{10'000};

// Everything that can be known to be wrong before a process is started.
result<void> check(const settings& options) {
  if (options.workers > status_board::most_workers) {
    return fail(fmt::format("--workers: at most {}, got {}", status_board::most_workers, options.workers));
  }
  if (options.http.body > largest_body) {
    return fail(fmt::format("--limit-body: at most {}, so that the record of a request fits into the spool; got {}",
                            largest_body, options.http.body));
  }
  // A quarter holds a turn's batch and another is the segment that can't be freed yet.
  if (options.spool_bytes < 8 * options.http.body) {
    return fail(
        fmt::format("--spool-bytes: at least eight times --limit-body, {}, so that each record finds its place; "
                    "got {}",
                    8 * options.http.body, options.spool_bytes));
  }
  if (options.cache != "memory:" && options.cache != "none") {
    return fail(fmt::format("--cache: expected `memory:` or `none`, got `{}`", options.cache));
  }
  const auto store = sqlite_path(options.store);
  if (!store) return std::unexpected(store.error());
  std::error_code failure;
  for (const auto& folder : {std::filesystem::path(*store).parent_path(), std::filesystem::path(options.spool)}) {
    if (!folder.empty()) std::filesystem::create_directories(folder, failure);
    if (failure) return fail(fmt::format("create the folder {}: {}", folder.string(), failure.message()));
  }
  return {};
}

// In the loader: whatever a bad model does, it does it there.
int load(const settings& options, const process::memory_file& file) {
  const auto compiled = model::compile(options.model);
  if (!compiled) {
    log::error("{}", compiled.error().message);
    return process::exit_start_up_failed;
  }
  if (const auto served = served_model::open(compiled->bytes()); !served) {
    log::error("{}", served.error().message);
    return process::exit_start_up_failed;
  }
  if (const auto filled = file.fill(compiled->bytes()); !filled) {
    log::error("{}", filled.error().message);
    return process::exit_start_up_failed;
  }
  return process::exit_success;
}

bool complain(const error& why) {
  log::error("{}", why.message);
  return false;
}

}  // namespace

result<std::string> sqlite_path(const std::string& url) {
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme) || url.size() == scheme.size()) {
    return fail(fmt::format("--store: expected `sqlite:PATH`, got `{}`", url));
  }
  return url.substr(scheme.size());
}

int serve(const settings& options) {
  log::set_process_name("supervisor");
  std::signal(SIGPIPE, SIG_IGN);  // whoever read the log may leave, the server stays
  const auto refuse = [](const error& why, int code) {
    log::error("{}", why.message);
    return code;
  };
  if (const auto valid = check(options); !valid) return refuse(valid.error(), process::exit_usage);

  server state{.options = options};
  if (!options.api_key_file.empty()) {
    auto keys = api::api_keys::read(options.api_key_file);
    if (!keys) return refuse(keys.error(), process::exit_start_up_failed);
    state.keys = std::move(*keys);
  }
  auto socket = process::listen_on(options.host, options.port, options.backlog);
  if (!socket) return refuse(socket.error(), process::exit_start_up_failed);
  if (!socket->loopback && !state.keys && !options.insecure) {
    return refuse(error{fmt::format("{} can be reached from other machines: give --api-key-file FILE, or --insecure to "
                                    "let everybody in",
                                    socket->host)},
                  process::exit_usage);
  }
  state.socket = std::move(*socket);

  // All processes hold them, so that the last of a killed server must be gone first.
  const auto spool_lock = process::lock_file(options.spool + "/server.lock", predecessor_patience);
  if (!spool_lock) return refuse(spool_lock.error(), process::exit_start_up_failed);
  const auto store = std::filesystem::weakly_canonical(sqlite_path(options.store).value());
  const auto store_lock = process::lock_file(store.string() + ".lock", predecessor_patience);
  if (!store_lock) return refuse(store_lock.error(), process::exit_start_up_failed);

  const std::size_t cpus = available_cpus();
  const std::size_t workers = options.workers != 0 ? options.workers : cpus;
  if (workers > cpus) {
    log::warning(
        "{} workers on {} CPUs: they will wait for each other; the loops wait without holding a CPU, so more "
        "workers than CPUs answer no more requests",
        workers, cpus);
  }
  auto shared = shared_state::make(state.registry);
  if (!shared) return refuse(shared.error(), process::exit_start_up_failed);
  state.shared = std::move(*shared);
  const metrics::block counts = state.shared->supervisor_block();

  const process::plan plan{
      .workers = workers,
      .before_load =
          [&] {
            auto file = process::memory_file::create("jury-model");
            if (!file) return complain(file.error());
            state.loading.emplace(std::move(*file));
            return true;
          },
      .loader = [&] { return load(options, *state.loading); },
      .after_load =
          [&] {
            const bool first = state.model.bytes().empty();
            auto mapped = state.loading->map();
            state.loading.reset();
            if (!mapped) return complain(mapped.error());
            if (!first && state.keys) {
              auto keys = api::api_keys::read(options.api_key_file);
              if (!keys) return complain(keys.error());
              state.keys = std::move(*keys);
            }
            state.model = std::move(*mapped);
            if (!first) counts.add(state.metric.reloads_done);
            log::info(
                "serving {} on http://{}:{} with {} workers", options.model,
                state.socket.host.find(':') == std::string::npos ? state.socket.host : "[" + state.socket.host + "]",
                state.socket.port, workers);
            return true;
          },
      .load_failed = [&] { counts.add(state.metric.reloads_failed); },
      .worker = [&](std::size_t number) { return run_worker(state, number); },
      .worker_gone = [&](std::size_t number) { state.registry.forget_gauges(state.shared->blocks()[number]); },
      .recorder = [&] { return run_recorder(state); },
      .recorder_gone = [&] { state.shared->recorder_block().set(state.metric.recorder_up, 0); },
      .stop_accepting = [&] { shutdown(state.socket.socket.get(), SHUT_RD); },
      .graceful_timeout = options.graceful_timeout,
  };
  return process::supervise(plan, state.shared->board());
}

}  // namespace jury::decision
