#pragma once
// Records, folders and a sink that does what the test says.

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "record/record.hpp"
#include "record/sink.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"
#include "spool/shared_page.hpp"
#include "spool/writer.hpp"
#include "support/temporary_folder.hpp"

namespace jury {

// An accepted decision with every field set; `number` tells records apart.
inline record full_record(unsigned number = 1) {
  record one;
  one.decision_id = *uuid::parse("0193b3b4-1234-7222-8333-444455556666");
  one.decision_id.bytes[15] = static_cast<std::uint8_t>(number);
  one.decision_id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  one.received_at = 1'790'000'000'123'456'789;
  one.decided_at = one.received_at + 4'321;
  one.arithmetic = arithmetic::f32;
  one.score = double{0.3F};
  one.cached = true;
  one.copied_from = *uuid::parse("0193b3b4-1234-7222-8333-4444555577ff");
  one.worker = 3;
  one.latency = {.bind = 1'500, .cache = 250, .score = 2'000};
  one.status = 200;
  one.model_sha256[0] = 0xab;
  one.model_sha256[31] = 0x01;
  one.reference = "order \"7\"";
  one.correlation_id = "c-1";
  one.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  one.model_name = "credit";
  one.model_version = "1.2";
  one.policy_version = "p1";
  one.request = R"({"income": 1e3})";
  one.row = {1000, std::numeric_limits<double>::quiet_NaN(), 0.1};
  one.margins = {double{-0.84729785F}};
  one.probabilities = {double{0.3F}, double{0.7F}};
  one.decision = "reject";
  one.reasons = {"income too low", "a \"quoted\" reason\n"};
  one.response = R"({"decision":"reject"})";
  return one;
}

// A request that was refused: most fields are empty.
inline record refused_record() {
  record one;
  one.decision_id = *uuid::parse("0193b3b4-1234-7222-8333-999999999999");
  one.status = 422;
  one.request = "{\"income\": tru";
  one.response = R"({"detail":[]})";
  return one;
}

inline std::string encoded(const record& one) {
  std::string bytes;
  encode(one, bytes);
  return bytes;
}

// A spool root with a writer and a reader on it.
class spooled {
 public:
  spooled() {
    auto leased = spool::writer::lease(root(), *page_);
    if (!leased) throw std::runtime_error(leased.error().message);
    writer = std::make_unique<spool::writer>(std::move(*leased));
    open_reader();
  }
  // As a restart of the recorder.
  void open_reader() {
    reader.reset();
    auto opened = spool::reader::open(root(), *page_);
    if (!opened) throw std::runtime_error(opened.error().message);
    reader = std::make_unique<spool::reader>(std::move(*opened));
  }
  void put(std::string_view bytes) {
    if (!writer->append(std::as_bytes(std::span(bytes))) || !writer->flush()) throw std::runtime_error("append");
  }
  void put(const record& one) { put(encoded(one)); }

  [[nodiscard]] std::string root() const { return folder_.path() + "/spool"; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  spool::shared_page& page() { return *page_; }

 private:
  temporary_folder folder_;
  std::unique_ptr<spool::shared_page> page_ = std::make_unique<spool::shared_page>();

 public:
  std::unique_ptr<spool::writer> writer;
  std::unique_ptr<spool::reader> reader;
};

}  // namespace jury
