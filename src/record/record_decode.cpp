#include <fmt/format.h>

#include <cstring>

#include "record/record.hpp"
#include "record/record_layout.hpp"

namespace jury {
namespace {

// Takes values off the front of the bytes. After the first that does not fit everything is empty and `failed`.
class taker {
 public:
  explicit taker(std::span<const std::byte> bytes) : left_(bytes) {}

  std::span<const std::byte> raw(std::size_t size) {
    if (failed_ || size > left_.size()) {
      failed_ = true;
      return {};
    }
    const auto taken = left_.first(size);
    left_ = left_.subspan(size);
    return taken;
  }

  template <typename Number>
  Number number() {
    Number value{};
    copy(&value, sizeof value);
    return value;
  }

  template <std::size_t Size>
  std::array<std::uint8_t, Size> array() {
    std::array<std::uint8_t, Size> value{};
    copy(value.data(), Size);
    return value;
  }

  std::string text() {
    const auto bytes = raw(number<std::uint32_t>());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::vector<double> numbers() {
    const auto bytes = raw(std::size_t{number<std::uint32_t>()} * sizeof(double));
    std::vector<double> values(bytes.size() / sizeof(double));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  // A count is believed only as far as the bytes reach: no text is shorter than its length field.
  std::vector<std::string> texts() {
    const std::size_t count = number<std::uint32_t>();
    if (count > left_.size() / sizeof(std::uint32_t)) failed_ = true;
    std::vector<std::string> values;
    if (failed_) return values;
    values.reserve(count);
    for (std::size_t i = 0; i < count && !failed_; ++i) values.push_back(text());
    return values;
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t left() const { return left_.size(); }

 private:
  void copy(void* to, std::size_t size) {
    const auto bytes = raw(size);
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  }

  std::span<const std::byte> left_;
  bool failed_ = false;
};

void take_facts(taker& from, unsigned flags, record& to) {
  to.status = from.number<std::uint16_t>();
  to.worker = from.number<std::uint32_t>();
  to.decision_id.bytes = from.array<16>();
  to.received_at = from.number<std::int64_t>();
  to.decided_at = from.number<std::int64_t>();
  to.model_sha256 = from.array<32>();
  to.latency.bind = from.number<std::uint32_t>();
  to.latency.cache = from.number<std::uint32_t>();
  to.latency.score = from.number<std::uint32_t>();
  to.arithmetic = (flags & layout::is_f32) != 0 ? arithmetic::f32 : arithmetic::f64;
  to.cached = (flags & layout::is_cached) != 0;
  if ((flags & layout::has_score) != 0) to.score = from.number<double>();
  if ((flags & layout::has_copied_from) != 0) to.copied_from = uuid{from.array<16>()};
}

void take_contents(taker& from, unsigned flags, record& to) {
  if ((flags & layout::has_reference) != 0) to.reference = from.text();
  if ((flags & layout::has_correlation_id) != 0) to.correlation_id = from.text();
  if ((flags & layout::has_trace_id) != 0) to.trace_id = from.text();
  to.model_name = from.text();
  to.model_version = from.text();
  to.policy_version = from.text();
  to.request = from.text();
  to.row = from.numbers();
  to.margins = from.numbers();
  to.probabilities = from.numbers();
  to.decision = from.text();
  to.reasons = from.texts();
  to.response = from.text();
}

}  // namespace

result<record> decode(std::span<const std::byte> bytes) {
  taker from(bytes);
  const auto version = from.number<std::uint8_t>();
  const auto flags = from.number<std::uint8_t>();
  if (from.failed())
    return fail(fmt::format("a record has at least {} bytes, here are {}", layout::fixed_bytes, bytes.size()));
  if (version != layout::version || (flags & layout::unused) != 0)
    return fail(fmt::format("expected a record of version {}, found version {} with flags {:#04x}", layout::version,
                            version, flags));
  record decoded;
  take_facts(from, flags, decoded);
  take_contents(from, flags, decoded);
  if (from.failed()) return fail(fmt::format("a record of {} bytes ends in the middle", bytes.size()));
  if (from.left() > 0) return fail(fmt::format("{} bytes follow the end of a record", from.left()));
  return decoded;
}

std::optional<uuid> decision_id_of(std::span<const std::byte> bytes) {
  if (bytes.size() < layout::fixed_bytes || std::to_integer<std::uint8_t>(bytes[0]) != layout::version)
    return std::nullopt;
  uuid id;
  std::memcpy(id.bytes.data(), bytes.data() + layout::decision_id_offset, id.bytes.size());
  return id;
}

}  // namespace jury
