#include "decision/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "api/correlation.hpp"
#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/log.hpp"
#include "base/utf8.hpp"
#include "decision/request_schema.hpp"
#include "record/record_json.hpp"
#include "runtime/threads.hpp"
#include "schema/uuid_parameter.hpp"

namespace jury::decision {
namespace {

// A model that costs more than this a row leaves the loop for the CPU pool: the hop costs a few microseconds, and
// meanwhile the loop serves others.
constexpr std::int64_t inline_budget = 50'000;

constexpr std::size_t refusals_a_second = 100;
constexpr std::size_t refused_request_bytes = 4096;

sha256_digest parse_sha256(std::string_view hex) {
  sha256_digest digest{};
  for (std::size_t i = 0; i < digest.size() && 2 * i + 2 <= hex.size(); ++i) {
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, digest[i], 16);
  }
  return digest;
}

std::uint32_t clamp_nanoseconds(std::int64_t duration) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration, 0, std::numeric_limits<std::uint32_t>::max()));
}

// The median of some calls: what scoring a row costs on this machine.
std::int64_t measure_cost(const model::model& scorer, const model::policy& policy, std::span<const double> row) {
  std::array<std::int64_t, 21> costs{};
  for (auto& cost : costs) {
    const std::int64_t start = steady_nanoseconds();
    (void)decide(scorer, policy, row);
    cost = steady_nanoseconds() - start;
  }
  std::ranges::nth_element(costs, costs.begin() + costs.size() / 2);
  return costs[costs.size() / 2];
}

void append_milliseconds(std::string& out, std::uint32_t nanoseconds) {
  fmt::format_to(std::back_inserter(out), "{}.{:03}", nanoseconds / 1'000'000, nanoseconds / 1000 % 1000);
}

http::response cannot_record(std::string_view detail) {
  auto response = api::error(503, detail);
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace

// One request on its way.
struct service::work {
  explicit work(const http::request& from) : request(from) {}

  const http::request& request;
  std::int64_t received_at = 0;  // unix nanoseconds
  std::int64_t clock = 0;        // steady nanoseconds, the last look
  uuid decision_id;
  std::optional<std::string> reference;
  numbers<24> row;
  verdict outcome;
  std::optional<uuid> copied_from;
  latency_split latency;

  [[nodiscard]] std::int64_t unix_clock() const { return received_at + (clock - request.received); }

  std::uint32_t lap() {
    const std::int64_t now = steady_nanoseconds();
    return clamp_nanoseconds(now - std::exchange(clock, now));
  }
};

service::service(const service_parts& parts)
    : parts_(parts),
      binder_(parts.schema),
      row_(parts.schema.row_size()),
      cache_(parts.cache_entries, parts.cache_time_to_live),
      cache_prefix_(cache_prefix(parts.scorer.sha256(), parts.manifest.policy)),
      model_sha256_(parse_sha256(parts.scorer.sha256())),
      usual_cost_(measure_cost(parts.scorer, parts.manifest.policy, parts.schema.default_row())) {
  if (parts.schema.fields().size() > parts.manifest.features.size()) {
    reference_field_ = parts.manifest.features.size();
  }
  answer_tail_ = R"(,"model":{"name":)";
  append_json_string(answer_tail_, parts.manifest.name);
  answer_tail_ += R"(,"version":)";
  append_json_string(answer_tail_, parts.manifest.version);
  answer_tail_ += R"(},"cached":)";
}

std::expected<schema::bound_object, schema::refusal> service::bind(const http::request& request) {
  if (!schema::is_json_content_type(request.header("Content-Type").value_or(""))) {
    return std::unexpected(schema::bind_text(request.body));
  }
  return binder_.bind(request.body, row_);
}

task<http::response> service::decide(api::call call) {
  const http::request& request = call.request;
  work job(request);
  job.clock = steady_nanoseconds();
  job.received_at = unix_nanoseconds() - (job.clock - request.received);
  job.decision_id = ids_.next(static_cast<std::uint64_t>(job.unix_clock() / 1'000'000));

  std::optional<schema::validation_error> bad_reference;
  if (const auto header = request.header("X-Reference")) {
    bad_reference = check_reference(*header);
    if (!bad_reference) job.reference = std::string(*header);
  }
  const auto bound = bind(request);
  if (!bound || bad_reference) {
    auto why = bound ? schema::refusal{} : bound.error();
    if (bad_reference) why.add_in_front(std::move(*bad_reference));
    co_return co_await refuse(std::move(job), std::move(why));
  }
  if (reference_field_ && bound->presences[*reference_field_] == schema::presence::given) {
    job.reference = std::string(bound->strings[*reference_field_]);
  }
  job.row.assign(row_.begin(), row_.end());
  job.latency.bind = job.lap();

  make_cache_key(cache_key_, cache_prefix_, job.row);
  if (const cached_verdict* const hit = cache_.find(cache_key_, job.clock)) {
    job.outcome = hit->outcome;
    job.copied_from = hit->decision_id;
  }
  job.latency.cache = job.lap();
  if (!job.copied_from) {
    if (usual_cost_ <= inline_budget) {
      job.outcome = decision::decide(parts_.scorer, parts_.manifest.policy, job.row);
    } else {
      job.outcome = co_await on_cpu(
          [this](const numbers<24>& row) { return decision::decide(parts_.scorer, parts_.manifest.policy, row); },
          job.row);
    }
    job.latency.score = job.lap();
    parts_.counts.observe(parts_.metric.score_seconds, job.latency.score);
  }
  co_return co_await record_and_answer(std::move(job));
}

void service::begin_record(const work& job, record_view& view) const {
  view.decision_id = job.decision_id;
  view.received_at = job.received_at;
  view.decided_at = job.unix_clock();
  view.model_sha256 = model_sha256_;
  view.arithmetic = parts_.scorer.arithmetic();
  view.worker = static_cast<std::uint32_t>(parts_.worker);
  view.latency = job.latency;
  view.reference = job.reference;
  view.correlation_id = api::current_correlation_id();
  view.trace_id = api::trace_id_of(job.request.header("traceparent").value_or(""));
  view.model_name = parts_.manifest.name;
  view.model_version = parts_.manifest.version;
  view.policy_version = parts_.manifest.policy.version;
  view.request = job.request.body;
}

task<http::response> service::record_and_answer(work job) {
  http::response response{.body = write_answer(job)};
  record_view view;
  begin_record(job, view);
  view.score = job.outcome.score();
  view.cached = job.copied_from.has_value();
  view.copied_from = job.copied_from;
  view.row = job.row;
  view.margins = job.outcome.margins;
  if (job.outcome.scores.size() > 1) view.probabilities = job.outcome.scores;
  view.decision = job.outcome.label;
  view.status = 200;
  view.response = response.body;

  const auto ticket = parts_.records.append(view);
  if (!ticket || !co_await parts_.records.durable(*ticket)) {
    parts_.counts.add(parts_.metric.not_recorded);
    co_return cannot_record("The decision can't be recorded now, try again later");
  }
  if (!job.copied_from) {
    make_cache_key(cache_key_, cache_prefix_, job.row);
    cache_.insert(cache_key_, {job.outcome, job.decision_id}, job.clock);
  }
  parts_.counts.add(job.copied_from ? parts_.metric.from_cache : parts_.metric.scored);

  std::string timing = "bind;dur=";
  append_milliseconds(timing, job.latency.bind);
  timing += ", cache;dur=";
  append_milliseconds(timing, job.latency.cache);
  timing += ", score;dur=";
  append_milliseconds(timing, job.latency.score);
  response.headers.push_back({"Server-Timing", std::move(timing)});
  co_return response;
}

std::string service::write_answer(const work& job) const {
  std::string body;
  body.reserve(256);
  body += R"({"decision_id":")";
  job.decision_id.append_to(body);
  body += R"(","decision":)";
  if (job.outcome.label.empty()) {
    body += "null";
  } else {
    append_json_string(body, job.outcome.label);
  }
  const auto append_number = [&](double value) {
    if (std::isfinite(value)) {
      parts_.scorer.append_number(body, value);
    } else {
      body += "null";
    }
  };
  body += R"(,"score":)";
  append_number(job.outcome.score());
  if (job.outcome.scores.size() > 1) {  // then compile() saw to it that each has a label
    body += R"(,"probabilities":{)";
    for (std::size_t i = 0; i < job.outcome.scores.size(); ++i) {
      if (i > 0) body += ',';
      append_json_string(body, parts_.manifest.policy.labels[i]);
      body += ':';
      append_number(job.outcome.scores[i]);
    }
    body += '}';
  }
  body += answer_tail_;
  body += job.copied_from ? "true}" : "false}";
  return body;
}

task<http::response> service::refuse(work job, schema::refusal why) {
  http::response response{.status = why.status};
  why.append_to(response.body);
  parts_.counts.add(parts_.metric.refused);
  if (!may_record_refusal(job.clock)) {
    parts_.counts.add(parts_.metric.refusals_unrecorded);
    co_return response;
  }
  record_view view;
  begin_record(job, view);
  const std::string request = to_utf8(view.request, refused_request_bytes);
  const std::string answer = to_utf8(response.body, refused_request_bytes);
  view.request = request;
  view.status = static_cast<std::uint16_t>(why.status);
  view.response = answer;
  // A refusal is answered even when it can't be recorded: there is no decision to lose.
  if (const auto ticket = parts_.records.append(view)) co_await parts_.records.durable(*ticket);
  co_return response;
}

bool service::may_record_refusal(std::int64_t now) {
  if (now - refusals_since_ >= 1'000'000'000) {
    refusals_since_ = now;
    refusals_recorded_ = 0;
  }
  return refusals_recorded_++ < refusals_a_second;
}

task<http::response> service::read(api::call call) {
  const auto id = schema::read_uuid(call.path_parameters.front(), {"path", "decision_id"});
  if (!id) {
    http::response response{.status = 422};
    schema::append_422(response.body, {id.error()});
    co_return response;
  }
  const auto found = co_await run_in_threadpool([this](uuid wanted) { return parts_.stored.find(wanted); }, *id);
  if (!found) {
    log::error("the store could not be asked: {}", found.error().message);
    co_return cannot_record("The store can't be asked now, try again later");
  }
  if (!*found) co_return api::error(404, "Not Found");
  http::response response;
  append_json(response.body, **found);
  co_return response;
}

}  // namespace jury::decision
