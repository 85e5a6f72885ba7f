#include <cstring>
#include <vector>

#include "record/record.hpp"
#include "record/record_layout.hpp"

namespace jury {
namespace {

// Writes into memory that is known to be large enough.
class filler {
 public:
  explicit filler(char* at) : at_(at) {}

  template <typename Number>
  void number(Number value) {
    raw(&value, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    raw(value.data(), value.size());
  }
  void text(const std::optional<std::string_view>& value) {
    if (value) text(*value);
  }
  void numbers(std::span<const double> values) {
    number(static_cast<std::uint32_t>(values.size()));
    raw(values.data(), values.size_bytes());
  }
  void raw(const void* from, std::size_t size) {
    if (size == 0) return;
    std::memcpy(at_, from, size);
    at_ += size;
  }

 private:
  char* at_;
};

constexpr std::size_t length_bytes = sizeof(std::uint32_t);

std::size_t size_of(std::string_view text) { return length_bytes + text.size(); }
std::size_t size_of(const std::optional<std::string_view>& text) { return text ? size_of(*text) : 0; }
std::size_t size_of(std::span<const double> values) { return length_bytes + values.size_bytes(); }

std::size_t encoded_size(const record_view& source) {
  std::size_t size = layout::fixed_bytes + (source.score ? sizeof(double) : 0) +
                     (source.copied_from ? sizeof(uuid) : 0) + size_of(source.reference) +
                     size_of(source.correlation_id) + size_of(source.trace_id) + size_of(source.model_name) +
                     size_of(source.model_version) + size_of(source.policy_version) + size_of(source.request) +
                     size_of(source.row) + size_of(source.margins) + size_of(source.probabilities) +
                     size_of(source.decision) + size_of(source.response) + length_bytes;
  for (const std::string_view reason : source.reasons) size += size_of(reason);
  return size;
}

std::uint8_t flags_of(const record_view& source) {
  unsigned flags = 0;
  if (source.score) flags |= layout::has_score;
  if (source.cached) flags |= layout::is_cached;
  if (source.copied_from) flags |= layout::has_copied_from;
  if (source.arithmetic == arithmetic::f32) flags |= layout::is_f32;
  if (source.reference) flags |= layout::has_reference;
  if (source.correlation_id) flags |= layout::has_correlation_id;
  if (source.trace_id) flags |= layout::has_trace_id;
  return static_cast<std::uint8_t>(flags);
}

}  // namespace

void encode(const record_view& source, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + encoded_size(source));
  filler to(out.data() + begin);
  to.number(layout::version);
  to.number(flags_of(source));
  to.number(source.status);
  to.number(source.worker);
  to.raw(source.decision_id.bytes.data(), source.decision_id.bytes.size());
  to.number(source.received_at);
  to.number(source.decided_at);
  to.raw(source.model_sha256.data(), source.model_sha256.size());
  to.number(source.latency.bind);
  to.number(source.latency.cache);
  to.number(source.latency.score);
  if (source.score) to.number(*source.score);
  if (source.copied_from) to.raw(source.copied_from->bytes.data(), source.copied_from->bytes.size());
  to.text(source.reference);
  to.text(source.correlation_id);
  to.text(source.trace_id);
  to.text(source.model_name);
  to.text(source.model_version);
  to.text(source.policy_version);
  to.text(source.request);
  to.numbers(source.row);
  to.numbers(source.margins);
  to.numbers(source.probabilities);
  to.text(source.decision);
  to.number(static_cast<std::uint32_t>(source.reasons.size()));
  for (const std::string_view reason : source.reasons) to.text(reason);
  to.text(source.response);
}

void encode(const record& source, std::string& out) {
  const std::vector<std::string_view> reasons(source.reasons.begin(), source.reasons.end());
  record_view view;
  static_cast<record_facts&>(view) = source;
  view.reference = source.reference;
  view.correlation_id = source.correlation_id;
  view.trace_id = source.trace_id;
  view.model_name = source.model_name;
  view.model_version = source.model_version;
  view.policy_version = source.policy_version;
  view.request = source.request;
  view.row = source.row;
  view.margins = source.margins;
  view.probabilities = source.probabilities;
  view.decision = source.decision;
  view.reasons = reasons;
  view.response = source.response;
  encode(view, out);
}

}  // namespace jury
