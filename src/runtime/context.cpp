#include "runtime/context.hpp"

namespace jury {

context*& context::current_pointer() noexcept {
  thread_local context of_the_thread;
  thread_local context* current = &of_the_thread;
  return current;
}

context& context::current() noexcept { return *current_pointer(); }

void context::set(const void* variable, std::shared_ptr<const void> value) {
  for (auto& [key, held] : values_) {
    if (key == variable) {
      held = std::move(value);
      return;
    }
  }
  values_.emplace_back(variable, std::move(value));
}

}  // namespace jury
