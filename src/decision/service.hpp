#pragma once
// Floor 4. The decision service of one worker: POST /decisions and GET /decisions/{decision_id}.

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "api/app.hpp"
#include "base/metrics.hpp"
#include "base/uuid.hpp"
#include "decision/decider.hpp"
#include "decision/metrics.hpp"
#include "decision/stores.hpp"
#include "model/manifest.hpp"
#include "model/model.hpp"
#include "record/journal.hpp"
#include "schema/bind.hpp"

namespace jury::decision {

// What the service works with. Everything must outlive it.
struct service_parts {
  const model::model& scorer;
  const model::manifest& manifest;
  const schema::object_schema& schema;
  journal& records;
  stores& stored;
  metrics::block counts;
  const service_metrics& metric;
  std::size_t worker;               // its number, for the record
  std::size_t cache_entries;        // 0: no cache
  std::int64_t cache_time_to_live;  // nanoseconds
};

// For one loop's thread.
class service {
 public:
  explicit service(const service_parts& parts);

  // POST /decisions. The answer leaves when its record has the promised durability, never before.
  task<http::response> decide(api::call call);
  // GET /decisions/{decision_id}.
  task<http::response> read(api::call call);

  [[nodiscard]] std::size_t cache_size() const { return cache_.size(); }

 private:
  struct work;

  // The body to row_.
  std::expected<schema::bound_object, schema::refusal> bind(const http::request& request);
  task<http::response> refuse(work job, schema::refusal why);
  task<http::response> record_and_answer(work job);
  void begin_record(const work& job, record_view& view) const;
  std::string write_answer(const work& job) const;
  bool may_record_refusal(std::int64_t now);

  service_parts parts_;
  schema::binder binder_;
  std::vector<double> row_;
  verdict_cache cache_;
  std::string cache_prefix_;
  std::string cache_key_;
  uuid_generator ids_;
  sha256_digest model_sha256_;
  std::optional<std::size_t> reference_field_;
  std::string answer_tail_;  // ,"model":{...},"cached": — the same in every answer
  std::int64_t usual_cost_;  // of scoring a row, nanoseconds, measured
  std::int64_t refusals_since_ = 0;
  std::size_t refusals_recorded_ = 0;
};

}  // namespace jury::decision
