#include "record/lookup.hpp"

#include <functional>

#include "record/relay.hpp"
#include "record/sqlite_sink.hpp"
#include "record/sqlite_store.hpp"
#include "support.hpp"

namespace jury {
namespace {

class scripted_store : public store {
 public:
  result<std::optional<record>> find(const uuid& decision_id) override {
    ++questions;
    return answer(decision_id);
  }
  std::function<result<std::optional<record>>(const uuid&)> answer = [](const uuid&) { return std::nullopt; };
  int questions = 0;
};

TEST(lookup, finds_a_record_in_the_spool_before_it_is_stored) {
  spooled spool;
  scripted_store store;
  spool.put(full_record(1));
  spool.put(full_record(2));
  const auto found = find_record(store, spool.root(), spool.page(), full_record(2).decision_id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(encoded(**found), encoded(full_record(2)));
  EXPECT_EQ(store.questions, 1);
}

TEST(lookup, asks_the_store_again_for_a_record_that_left_the_spool_between) {
  spooled spool;
  scripted_store store;
  store.answer = [&](const uuid&) -> result<std::optional<record>> {
    if (store.questions == 1) return std::nullopt;
    return full_record(1);
  };
  const auto found = find_record(store, spool.root(), spool.page(), full_record(1).decision_id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(store.questions, 2);
}

TEST(lookup, a_broken_store_does_not_hide_the_spool) {
  spooled spool;
  scripted_store store;
  store.answer = [](const uuid&) -> result<std::optional<record>> { return fail("down"); };
  spool.put(full_record(1));
  EXPECT_TRUE(find_record(store, spool.root(), spool.page(), full_record(1).decision_id));
  EXPECT_FALSE(find_record(store, spool.root(), spool.page(), full_record(2).decision_id));
}

TEST(lookup, an_unknown_id_is_nowhere) {
  spooled spool;
  scripted_store store;
  spool.put(full_record(1));
  const auto found = find_record(store, spool.root(), spool.page(), full_record(2).decision_id);
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST(lookup, finds_every_record_at_every_moment_of_its_way) {
  spooled spool;
  const std::string path = spool.folder() + "/decisions.db";
  auto sink = sqlite_sink::open(path);
  ASSERT_TRUE(sink);
  sqlite_store store(path);
  relay relay(*spool.reader, *sink, {.batch_records = 3});
  for (unsigned i = 0; i < 30; ++i) {
    spool.put(full_record(i));
    if (i % 4 == 0) relay.step();
    for (unsigned k = 0; k <= i; ++k)
      ASSERT_TRUE(find_record(store, spool.root(), spool.page(), full_record(k).decision_id).value()) << k;
  }
}

}  // namespace
}  // namespace jury
