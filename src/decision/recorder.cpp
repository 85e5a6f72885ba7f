// The recorder: the only writer of the store. Drains the spools of all workers.

#include <sys/resource.h>

#include <atomic>
#include <csignal>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "decision/server.hpp"
#include "process/child.hpp"
#include "record/relay.hpp"
#include "record/sqlite_sink.hpp"
#include "spool/reader.hpp"

namespace jury::decision {
namespace {

// Below the workers, but not at the bottom: there it would starve at saturation and the spool would fill.
constexpr int recorder_nice = 5;

constexpr std::chrono::milliseconds predecessor_patience{10'000};

std::atomic<bool> stop_requested = false;

// The relay counts from zero in each process, the shared counters go on.
void publish(const relay_counters& now, relay_counters& before, const metrics::block& counts,
             const service_metrics& metric) {
  counts.add(metric.stored, now.stored - before.stored);
  counts.add(metric.absorbed, now.absorbed - before.absorbed);
  counts.add(metric.dead, now.dead - before.dead);
  counts.add(metric.relay_failures, now.failures - before.failures);
  counts.set(metric.lag_records, now.lag_records);
  counts.set(metric.lag_seconds,
             static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now.oldest_age).count()));
  before = now;
}

}  // namespace

int run_recorder(server& inherited) {
  setpriority(PRIO_PROCESS, 0, recorder_nice);
  struct sigaction on_terminate{};
  on_terminate.sa_handler = [](int) { stop_requested = true; };
  sigaction(SIGTERM, &on_terminate, nullptr);
  log::start_writer();

  const auto refuse = [](const std::string& why) {
    log::error("{}", why);
    return process::exit_start_up_failed;
  };
  inherited.socket.socket = {};  // a recorder that is slow to die must not keep the port
  auto source = spool::reader::open(inherited.options.spool, inherited.shared->page(), spool::file_system::posix(),
                                    predecessor_patience);
  if (!source) return refuse(source.error().message);
  auto target = sqlite_sink::open(sqlite_path(inherited.options.store).value());
  if (!target) return refuse(target.error().message);

  const metrics::block counts = inherited.shared->recorder_block();
  process_status& status = inherited.shared->board().recorder;
  relay_counters published;
  relay moving(*source, *target,
               {.dead_folder = inherited.options.spool + "/dead",
                .on_round =
                    [&](const relay_counters& now) {
                      publish(now, published, counts, inherited.metric);
                      status.state = process_state::ready;  // after the first look at what is there
                    },
                .alarm = [](const std::string& sentence) { log::error("{}", sentence); }});
  moving.run(stop_requested);
  return process::exit_success;
}

}  // namespace jury::decision
