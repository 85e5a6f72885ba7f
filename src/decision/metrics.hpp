#pragma once
// Every metric of the server, declared once before the first fork. The names are a promise: tests/decision holds the
// list.

#include <vector>

#include "api/app.hpp"
#include "base/metrics.hpp"

namespace jury::decision {

// Where a worker or the recorder counts what; see the texts in metrics.cpp.
struct service_metrics {
  explicit service_metrics(metrics::registry& registry);

  // One a path of `paths()`, in order; the last counts what matches none.
  std::vector<api::route_metrics> routes;

  // Of decisions.
  std::size_t scored, from_cache, refused, not_recorded;
  std::size_t score_seconds;
  std::size_t cache_entries;
  std::size_t refusals_unrecorded;
  // Of the spool and the relay.
  std::size_t spool_bytes;
  std::size_t stored, absorbed, dead, relay_failures;
  std::size_t lag_records, lag_seconds;
  std::size_t recorder_up, quarantined, spool_read_errors, lost;
  // Of the pools of all workers.
  std::size_t blocking_borrowed, blocking_waiting, blocking_refused;
  std::size_t cpu_borrowed, cpu_waiting, cpu_refused;
  std::size_t workers;
  std::size_t connections;
  std::size_t log_dropped;
  // Of the supervisor.
  std::size_t reloads_done, reloads_failed;
};

// The paths of the decision API, as metrics name them.
enum class path : std::size_t { decisions, decision, live, ready, metrics, openapi, unmatched };
const std::vector<std::string>& paths();

}  // namespace jury::decision
