#include "decision/metrics.hpp"

namespace jury::decision {

const std::vector<std::string>& paths() {
  static const std::vector<std::string> all = {
      "/decisions", "/decisions/{decision_id}", "/health/live", "/health/ready", "/metrics", "/openapi.json",
      "unmatched"};
  return all;
}

service_metrics::service_metrics(metrics::registry& registry) : routes(api::declare_routes(registry, paths())) {
  using enum metrics::kind;
  const auto decisions = [&](const char* outcome) {
    return registry.add(counter, "jury_decisions_total", "Requests for a decision, by what became of them.",
                        std::string("outcome=\"") + outcome + "\"");
  };
  scored = decisions("scored");
  from_cache = decisions("cached");
  refused = decisions("refused");
  not_recorded = decisions("not_recorded");
  score_seconds = registry.add(histogram, "jury_score_seconds", "Time in the model, cache hits not counted.");
  cache_entries = registry.add(gauge, "jury_cache_entries", "Decisions in the memory caches of all workers.");
  refusals_unrecorded = registry.add(counter, "jury_refusals_unrecorded_total",
                                     "Refused requests over the rate at which refusals are recorded.");

  spool_bytes = registry.add(gauge, "jury_spool_bytes", "Bytes in spool segments that are not freed yet.");
  const auto records = [&](const char* outcome) {
    return registry.add(counter, "jury_records_total", "Records given to the sink, by what became of them.",
                        std::string("outcome=\"") + outcome + "\"");
  };
  stored = records("stored");
  absorbed = records("absorbed");
  dead = records("dead");
  relay_failures = registry.add(counter, "jury_sink_failures_total", "Writes that the sink did not take.");
  lag_records = registry.add(gauge, "jury_relay_lag_records", "Records in the spool and not in the sink.");
  lag_seconds = registry.add(gauge, "jury_relay_lag_seconds", "Age of the oldest record that is not in the sink.");
  recorder_up =
      registry.add(gauge, "jury_recorder_up", "1 while the recorder runs; else the lag is from its last look.");
  quarantined =
      registry.add(counter, "jury_spool_quarantined_segments_total", "Damaged segments of which a copy was set aside.");
  spool_read_errors = registry.add(counter, "jury_spool_read_errors_total",
                                   "Spool files or folders that could not be read and are tried again.");
  lost = registry.add(counter, "jury_records_lost_total",
                      "Records of answered requests that were lost, with durability memory, because a write failed.");

  const auto pool = [&](const char* what, const char* help, const char* name) {
    return registry.add(gauge, std::string("jury_pool_") + what, help, std::string("pool=\"") + name + "\"");
  };
  const char* const borrowed = "Threads that run a job.";
  blocking_borrowed = pool("borrowed", borrowed, "blocking");
  cpu_borrowed = pool("borrowed", borrowed, "cpu");
  const char* const waiting = "Jobs that wait for a thread.";
  blocking_waiting = pool("waiting", waiting, "blocking");
  cpu_waiting = pool("waiting", waiting, "cpu");
  const char* const full = "Jobs refused because the queue was full, since the workers started.";
  blocking_refused = pool("refused", full, "blocking");
  cpu_refused = pool("refused", full, "cpu");

  workers = registry.add(gauge, "jury_workers", "Workers that serve or finish what they began.");
  connections = registry.add(gauge, "jury_connections", "Open connections of clients.");
  log_dropped = registry.add(gauge, "jury_log_dropped", "Log lines lost to a full buffer, since the workers started.");
  const char* const reloads = "Reloads of model and keys, by what became of them.";
  reloads_done = registry.add(counter, "jury_reloads_total", reloads, "outcome=\"done\"");
  reloads_failed = registry.add(counter, "jury_reloads_total", reloads, "outcome=\"failed\"");
}

}  // namespace jury::decision
