#include "cache/memory_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <memory>
#include <random>
#include <string>

namespace jury::cache {
namespace {

TEST(memory_cache, finds_what_was_stored_under_the_whole_key) {
  memory_cache<int> cache(4, 1000);
  cache.insert(std::string_view("a\0b", 3), 1, 0);
  EXPECT_EQ(cache.find("a", 0), nullptr);
  ASSERT_NE(cache.find(std::string_view("a\0b", 3), 0), nullptr);
  EXPECT_EQ(*cache.find(std::string_view("a\0b", 3), 0), 1);
}

TEST(memory_cache, drops_the_least_recently_used_when_full) {
  memory_cache<int> cache(2, 1000);
  cache.insert("a", 1, 0);
  cache.insert("b", 2, 0);
  (void)cache.find("a", 1);
  cache.insert("c", 3, 2);
  EXPECT_NE(cache.find("a", 3), nullptr);
  EXPECT_EQ(cache.find("b", 3), nullptr);
  EXPECT_NE(cache.find("c", 3), nullptr);
  EXPECT_EQ(cache.size(), 2U);
}

TEST(memory_cache, forgets_after_the_time_to_live) {
  memory_cache<int> cache(2, 1000);
  cache.insert("a", 1, 0);
  EXPECT_NE(cache.find("a", 999), nullptr);
  EXPECT_EQ(cache.find("a", 1000), nullptr);
  EXPECT_EQ(cache.find("a", 5000), nullptr);
}

TEST(memory_cache, replaces_under_the_same_key_and_starts_its_time_anew) {
  memory_cache<std::unique_ptr<int>> cache(2, 1000);
  cache.insert("a", std::make_unique<int>(1), 0);
  cache.insert("a", std::make_unique<int>(2), 900);
  ASSERT_NE(cache.find("a", 1500), nullptr);
  EXPECT_EQ(**cache.find("a", 1500), 2);
  EXPECT_EQ(cache.size(), 1U);
}

// Against the obvious implementation, with keys that collide in the index all the time.
TEST(memory_cache, agrees_with_a_list_and_a_map_over_random_operations) {
  constexpr std::size_t capacity = 37;
  memory_cache<int> cache(capacity, 1'000'000);
  std::list<std::pair<std::string, int>> oracle;  // the most recently used first
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::string key = std::to_string(random() % 100);
    const auto known = std::ranges::find(oracle, key, &std::pair<std::string, int>::first);
    if (random() % 2 == 0) {
      if (known != oracle.end()) oracle.erase(known);
      oracle.emplace_front(key, i);
      if (oracle.size() > capacity) oracle.pop_back();
      cache.insert(key, i, i);
    } else {
      const int* const found = cache.find(key, i);
      ASSERT_EQ(found != nullptr, known != oracle.end()) << key;
      if (found != nullptr) {
        ASSERT_EQ(*found, known->second);
        oracle.splice(oracle.begin(), oracle, known);
      }
    }
    ASSERT_EQ(cache.size(), oracle.size());
  }
}

TEST(memory_cache, of_no_capacity_stores_nothing) {
  memory_cache<int> cache(0, 1000);
  cache.insert("a", 1, 0);
  EXPECT_EQ(cache.find("a", 0), nullptr);
}

}  // namespace
}  // namespace jury::cache
