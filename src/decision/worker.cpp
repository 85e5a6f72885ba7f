// A worker: one event loop, the decision service, the operational endpoints.

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "api/correlation.hpp"
#include "base/clock.hpp"
#include "base/cpu_count.hpp"
#include "base/log.hpp"
#include "decision/request_schema.hpp"
#include "decision/served_model.hpp"
#include "decision/server.hpp"
#include "decision/service.hpp"
#include "http/server.hpp"
#include "process/child.hpp"
#include "record/sqlite_store.hpp"
#include "runtime/threads.hpp"

namespace jury::decision {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds gauge_interval = 1s;
constexpr std::chrono::milliseconds memory_flush_interval = 50ms;

// Not ready: on the way out, or with a spool so full that decisions are about to be refused. A recorder that is down
// alone is no reason: decisions are answered and wait for it.
http::response readiness(const status_board& board, bool draining, bool spool_full) {
  const bool stopping = draining || board.stopping.load(std::memory_order_relaxed);
  const char* const status = stopping ? "draining" : spool_full ? "spool full" : "ready";
  const bool recorder = board.recorder.is(process_state::ready);
  http::response response{.status = stopping || spool_full ? 503 : 200};
  response.body = fmt::format(R"({{"status":"{}","recorder":"{}"}})", status, recorder ? "running" : "down");
  return response;
}

class worker {
 public:
  worker(server& inherited, std::size_t number, served_model opened, spool::writer writer);
  int run();

 private:
  void add_routes();
  http::options http_options();
  task<> main();
  task<> tick();
  void publish();

  server& inherited_;
  const settings& options_;
  process_status& status_;
  metrics::block counts_;
  served_model served_;
  loop loop_;
  thread_pool blocking_;
  thread_pool cpu_;
  runtime runtime_{loop_, blocking_, cpu_};
  journal journal_;
  stores stores_;
  service service_;
  std::string openapi_;
  api::app app_;
  http::server http_;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      ticker_{loop_.executor()};
  bool draining_ = false;
  std::uint64_t lost_ = 0;  // of what the journal lost, what is in the metrics
  int exit_code_ = process::exit_success;
};

std::size_t cpu_threads(const settings& options, std::size_t workers) {
  return options.cpu_threads != 0 ? options.cpu_threads : std::max<std::size_t>(1, available_cpus() / workers);
}

worker::worker(server& inherited, std::size_t number, served_model opened, spool::writer writer)
    : inherited_(inherited),
      options_(inherited.options),
      status_(inherited.shared->board().workers[number]),
      counts_(inherited.shared->worker_block(number)),
      served_(std::move(opened)),
      blocking_({.name = "blocking", .threads = options_.threadpool}),
      cpu_({.name = "cpu", .threads = cpu_threads(options_, inherited.shared->board().worker_count)}),
      journal_(loop_, std::move(writer), options_.durability),
      stores_([path = sqlite_path(options_.store).value()] { return std::make_unique<sqlite_store>(path); },
              options_.spool, inherited.shared->page()),
      service_({.scorer = served_.scorer,
                .manifest = served_.manifest,
                .schema = served_.schema,
                .records = journal_,
                .stored = stores_,
                .counts = counts_,
                .metric = inherited.metric,
                .worker = number,
                .cache_entries = options_.cache == "none" ? 0 : options_.cache_entries,
                .cache_time_to_live = std::chrono::nanoseconds(options_.cache_time_to_live).count()}),
      openapi_(openapi_document(served_.manifest, served_.schema, inherited.keys.has_value())),
      app_(counts_),
      http_(loop_, http_options()) {
  add_routes();
}

void worker::add_routes() {
  using http::method;
  const auto counted = [&](path which) { return inherited_.metric.routes[static_cast<std::size_t>(which)]; };
  app_.count_unmatched(counted(path::unmatched));
  if (inherited_.keys) app_.demand(*inherited_.keys);
  app_.route(method::post, "/decisions", api::access::with_key, counted(path::decisions),
             [this](api::call call) { return service_.decide(std::move(call)); });
  app_.route(method::get, "/decisions/{decision_id}", api::access::with_key, counted(path::decision),
             [this](api::call call) { return service_.read(std::move(call)); });

  const auto plain = [&](std::string_view where, api::access who, path which, std::function<http::response()> answer) {
    app_.route(method::get, where, who, counted(which),
               [answer = std::move(answer)](api::call) -> task<http::response> {
                 return [](http::response ready) -> task<http::response> { co_return ready; }(answer());
               });
  };
  plain("/health/live", api::access::open, path::live, [] { return http::response{.body = R"({"status":"alive"})"}; });
  plain("/health/ready", api::access::open, path::ready, [this] {
    const bool spool_full = journal_.failing() || journal_.held_bytes() > options_.spool_bytes / 10 * 9;
    return readiness(inherited_.shared->board(), draining_, spool_full);
  });
  plain("/metrics", api::access::with_key, path::metrics, [this] {
    return http::response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                          .body = inherited_.registry.render(inherited_.shared->blocks())};
  });
  plain("/openapi.json", api::access::with_key, path::openapi, [this] { return http::response{.body = openapi_}; });
}

// Clients may not take the last descriptors: the spool's next segment and the store need some.
std::size_t most_connections(const http::limits& limits, std::size_t threadpool) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  const std::size_t reserve = 64 + 8 * threadpool;
  return std::min(limits.connections, files.rlim_cur > 2 * reserve ? files.rlim_cur - reserve : files.rlim_cur / 2);
}

http::options worker::http_options() {
  http::options settings{.handler = [this](http::request& request) { return app_.handle(&request); }};
  settings.limits = options_.http;
  settings.limits.connections = most_connections(settings.limits, options_.threadpool);
  settings.on_error = [](std::string_view what) { log::error("{}", what); };
  settings.on_refusal = [this](const http::request* understood, http::response& answer) {
    app_.note_refusal(understood, answer);
  };
  settings.on_count = [this](std::size_t open) { status_.connections = open; };
  settings.leaves_next = [this](std::size_t open) {
    return std::ranges::any_of(inherited_.shared->board().workers, [&](const process_status& other) {
      return other.is(process_state::ready) && other.connections.load(std::memory_order_relaxed) < open;
    });
  };
  settings.on_response = [this](const http::access_entry& done) {
    if (!options_.access_log) return;
    log::write(log::level::info, "access",
               {{"client", done.client},
                {"method", done.method},
                {"target", done.target},
                {"status", std::int64_t{done.status}},
                {"bytes", static_cast<std::int64_t>(done.bytes)},
                {"duration_us", done.duration / 1000}});
  };
  return settings;
}

void worker::publish() {
  const auto& metric = inherited_.metric;
  counts_.set(metric.workers, 1);
  const auto blocking = blocking_.stats();
  counts_.set(metric.blocking_borrowed, blocking.borrowed);
  counts_.set(metric.blocking_waiting, blocking.waiting);
  counts_.set(metric.blocking_refused, blocking.refused);
  const auto cpu = cpu_.stats();
  counts_.set(metric.cpu_borrowed, cpu.borrowed);
  counts_.set(metric.cpu_waiting, cpu.waiting);
  counts_.set(metric.cpu_refused, cpu.refused);
  counts_.set(metric.cache_entries, service_.cache_size());
  counts_.set(metric.spool_bytes, journal_.held_bytes());
  counts_.set(metric.connections, http_.connections());
  counts_.set(metric.log_dropped, log::dropped());
  counts_.add(metric.lost, journal_.lost() - std::exchange(lost_, journal_.lost()));
}

// Publishes the gauges. With durability `memory` it also sees to it that there is a turn at whose end the journal can
// write.
task<> worker::tick() {
  while (!draining_) {
    publish();
    ticker_.expires_after(options_.durability == durability::memory ? memory_flush_interval : gauge_interval);
    boost::system::error_code cancelled;
    co_await ticker_.async_wait(asio::redirect_error(use_task, cancelled));
  }
}

task<> worker::main() {
  // A descriptor of our own: the server closes it, the supervisor keeps its own.
  if (const auto listening = http_.listen(dup(inherited_.socket.socket.get())); !listening) {
    log::error("{}", listening.error().message);
    exit_code_ = process::exit_start_up_failed;
    co_return;
  }
  gate tasks(loop_);
  tasks.spawn(tick());
  asio::basic_signal_set<asio::io_context::executor_type> terminate(loop_.executor(), SIGTERM);
  status_.state = process_state::ready;
  co_await terminate.async_wait(use_task);

  status_.state = process_state::draining;
  draining_ = true;
  ticker_.cancel();
  // Some of the time is left for closing what did not end by itself.
  co_await http_.drain(std::chrono::milliseconds(options_.graceful_timeout) * 9 / 10);
  co_await tasks.close();
  journal_.flush();
}

int worker::run() {
  const runtime_scope installed(runtime_);
  loop_.run(main());
  return exit_code_;
}

}  // namespace

int run_worker(server& inherited, std::size_t number) {
  log::set_correlation_source(api::current_correlation_id);
  log::start_writer();
  const auto refuse = [](const error& why) {
    log::error("{}", why.message);
    return process::exit_start_up_failed;
  };
  auto opened = served_model::open(inherited.model.bytes());
  if (!opened) return refuse(opened.error());
  auto writer = spool::writer::lease(inherited.options.spool, inherited.shared->page(),
                                     {.max_bytes = inherited.options.spool_bytes});
  if (!writer) return refuse(writer.error());
  return worker(inherited, number, std::move(*opened), std::move(*writer)).run();
}

}  // namespace jury::decision
