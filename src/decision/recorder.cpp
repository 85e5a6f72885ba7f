// The recorder: the only writer of the store. Drains the spools of all workers.

#include <sys/resource.h>
#include <unistd.h>

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

std::atomic<bool> stop_requested = false;

// A service manager or a terminal signals the whole group, but the recorder must outlive the workers: only the
// supervisor's TERM counts.
void on_terminate(int, siginfo_t* info, void*) {
  if (info->si_pid == getppid()) stop_requested = true;
}

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

void publish(const spool::reader_statistics& now, spool::reader_statistics& before, const metrics::block& counts,
             const service_metrics& metric) {
  counts.set(metric.recorder_up, 1);
  counts.add(metric.quarantined, now.quarantined_segments - before.quarantined_segments);
  counts.add(metric.spool_read_errors, now.read_errors - before.read_errors);
  if (now.quarantined_segments > before.quarantined_segments) {
    log::error("a damaged spool segment was set aside in the folder `quarantine` of the spool");
  }
  if (now.read_errors > 0 && before.read_errors == 0) {
    log::error("a part of the spool can't be read; it is tried again");
  }
  before = now;
}

}  // namespace

int run_recorder(server& inherited) {
  setpriority(PRIO_PROCESS, 0, recorder_nice);
  struct sigaction terminate{};
  terminate.sa_sigaction = on_terminate;
  terminate.sa_flags = SA_SIGINFO;
  sigaction(SIGTERM, &terminate, nullptr);
  log::start_writer();

  const auto refuse = [](const std::string& why) {
    log::error("{}", why);
    return process::exit_start_up_failed;
  };
  inherited.socket.socket = {};  // a recorder that is slow to die must not keep the port
  auto source = spool::reader::open(inherited.options.spool, inherited.shared->page());
  if (!source) return refuse(source.error().message);
  auto target = sqlite_sink::open(sqlite_path(inherited.options.store).value());
  if (!target) return refuse(target.error().message);

  const metrics::block counts = inherited.shared->recorder_block();
  process_status& status = inherited.shared->board().recorder;
  relay_counters published;
  spool::reader_statistics seen;
  relay moving(*source, *target,
               {.dead_folder = inherited.options.spool + "/dead",
                .on_round =
                    [&](const relay_counters& now) {
                      publish(now, published, counts, inherited.metric);
                      publish(source->statistics(), seen, counts, inherited.metric);
                      status.state = process_state::ready;  // after the first look at what is there
                    },
                .alarm = [](const std::string& sentence) { log::error("{}", sentence); }});
  moving.run(stop_requested);
  return process::exit_success;
}

}  // namespace jury::decision
