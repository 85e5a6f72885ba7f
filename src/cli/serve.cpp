#include "base/log.hpp"
#include "cli/command.hpp"
#include "decision/server.hpp"

namespace jury::cli {
namespace {

constexpr http::limits defaults;

constexpr std::int64_t seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

struct options {
  decision::settings server;
  std::string durability = "process";
  std::string level = "info";
  std::string format = "text";
  bool no_access_log = false;
  std::string service_link;  // of Kubernetes, in the place of a port
  std::int64_t cache_seconds = 300;
  std::int64_t graceful_seconds = 30;
  // Of limits, in seconds.
  std::int64_t keep_alive = seconds(defaults.idle);
  std::int64_t first_byte = seconds(defaults.first_byte);
  std::int64_t header = seconds(defaults.header);
  std::int64_t body = seconds(defaults.body_total);
  std::int64_t write = seconds(defaults.write_stall);
};

log::level level_of(const std::string& name) {
  if (name == "debug") return log::level::debug;
  if (name == "warning") return log::level::warning;
  return name == "error" ? log::level::error : log::level::info;
}

int run(options& given) {
  log::configure(level_of(given.level), given.format == "json" ? log::format::json : log::format::text);
  if (!given.service_link.empty()) {
    log::warning("JURY_PORT={} is Kubernetes' variable of a Service called jury, no port: ignored", given.service_link);
  }
  given.server.durability = given.durability == "memory" ? durability::memory : durability::process;
  given.server.access_log = !given.no_access_log;
  given.server.cache_time_to_live = std::chrono::seconds(given.cache_seconds);
  given.server.graceful_timeout = std::chrono::seconds(given.graceful_seconds);
  http::limits& limits = given.server.http;
  limits.idle = std::chrono::seconds(given.keep_alive);
  limits.first_byte = std::chrono::seconds(given.first_byte);
  limits.header = std::chrono::seconds(given.header);
  limits.body_total = std::chrono::seconds(given.body);
  limits.body_grace = std::min(limits.body_grace, limits.body_total);
  limits.write_stall = std::chrono::seconds(given.write);
  return decision::serve(given.server);
}

void add_limits(CLI::App& command, options& given) {
  const CLI::Range positive(1, 1'000'000);
  http::limits& limits = given.server.http;
  add(command, "--timeout-keep-alive", given.keep_alive, "Seconds an idle connection stays open")->check(positive);
  add(command, "--timeout-first-byte", given.first_byte, "Seconds from a connection to its first byte")
      ->check(positive);
  add(command, "--timeout-header", given.header, "Seconds for a request's header, from its first byte")
      ->check(positive);
  add(command, "--timeout-body", given.body, "Seconds for a request's body at any rate")->check(positive);
  add(command, "--timeout-write", given.write, "Seconds a client may take nothing of its answer")->check(positive);
  add(command, "--limit-request-line", limits.request_line, "Bytes of a request line")->check(positive);
  add(command, "--limit-request-header", limits.header_block, "Bytes of a request's header")->check(positive);
  add(command, "--limit-request-fields", limits.header_fields, "Fields of a request's header")->check(positive);
  add(command, "--limit-body", limits.body, "Bytes of a request's body")->transform(CLI::AsSizeValue(false));
  add(command, "--limit-body-rate", limits.body_rate, "Bytes a second that a body must keep up after 5 seconds")
      ->check(positive);
  add(command, "--limit-connections", limits.connections, "Open connections of a worker")->check(positive);
  add(command, "--limit-connections-per-address", limits.connections_per_address,
      "Open connections of a worker with one client address; 0: no bound")
      ->check(CLI::Range(0, 1'000'000));
  add(command, "--limit-requests-per-connection", limits.requests_per_connection, "Requests, then a connection ends")
      ->check(positive);
}

}  // namespace

void add_serve(CLI::App& program, action& chosen) {
  CLI::App& command = *program.add_subcommand("serve", "Answer decisions over HTTP and record every one");
  auto given = std::make_shared<options>();  // shared by the option bindings and the action
  decision::settings& server = given->server;
  const CLI::Range positive(1, 1'000'000);

  command.add_option("MODEL", server.model, "Folder with model.json and manifest.json, or a model's file")->required();
  add(command, "--host", server.host, "Address to listen on");
  add(command, "--port", server.port, "Port to listen on; 0 lets the system choose");
  add(command, "--backlog", server.backlog, "Connections that may wait to be accepted")->check(positive);
  add(command, "--workers", server.workers, "Worker processes; 0: one a CPU")->check(CLI::Range(0, 128));
  add(command, "--threadpool", server.threadpool, "Threads for blocking work in each worker")->check(positive);
  add(command, "--cpu-threads", server.cpu_threads, "Threads for expensive models in each worker; 0: CPUs / workers")
      ->check(CLI::Range(0, 1024));
  add(command, "--store", server.store, "Where records go: sqlite:PATH");
  add(command, "--cache", server.cache, "Where decisions are remembered: memory: or none");
  add(command, "--cache-entries", server.cache_entries, "Decisions in each worker's memory cache")->check(positive);
  add(command, "--cache-ttl", given->cache_seconds, "Seconds a cached decision is used")->check(positive);
  add(command, "--spool", server.spool, "Folder of the records on their way to the store");
  add(command, "--spool-bytes", server.spool_bytes,
      "Bytes of records each worker may have waiting for the store; above, requests are refused")
      ->transform(CLI::AsSizeValue(false));
  add(command, "--durability", given->durability,
      "What an answered record survives: memory (nothing) or process (kill -9)")
      ->check(CLI::IsMember({"memory", "process"}));
  add(command, "--api-key-file", server.api_key_file, "File of SHA-256 hashes of the keys that may call");
  add_switch(command, "--insecure", server.insecure, "Listen beyond loopback without API keys");
  add(command, "--graceful-timeout", given->graceful_seconds, "Seconds for requests in flight after TERM")
      ->check(positive);
  add_limits(command, *given);
  add_switch(command, "--no-access-log", given->no_access_log, "No line for each request");
  add(command, "--log-level", given->level, "Least of debug, info, warning and error that is logged")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  add(command, "--log-format", given->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  given->service_link = take_service_link();
  command.fallthrough();  // to --config, which CLI11 reads only at the program's level
  command.footer(
      "--config FILE (Env:JURY_CONFIG)   File of `option = value` lines, named as above without the dashes.\n"
      "The command line wins over the environment, the environment over the file.");
  command.callback([&chosen, given] { chosen = [given] { return run(*given); }; });
}

}  // namespace jury::cli
