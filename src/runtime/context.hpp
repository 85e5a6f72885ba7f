#pragma once
// Floor 1. Context variables: values that follow the work, not the thread, as Python's ContextVar does. A spawned task
// and a job in a pool get a copy of their creator's context; what they change in it stays theirs.

#include <memory>
#include <utility>
#include <vector>

namespace jury {

// The values of the context variables, for one task or one job. Copies are cheap: they share the values. Not
// thread-safe; it belongs to what runs in it.
class context {
 public:
  // The context of the code that runs now on this thread. Never null: a thread that runs no task has a context of its
  // own.
  static context& current() noexcept;

  [[nodiscard]] const void* find(const void* variable) const noexcept {
    for (const auto& [key, value] : values_) {
      if (key == variable) return value.get();
    }
    return nullptr;
  }
  void set(const void* variable, std::shared_ptr<const void> value);

 private:
  friend class context_scope;
  static context*& current_pointer() noexcept;

  std::vector<std::pair<const void*, std::shared_ptr<const void>>> values_;
};

// Makes `values` the current context of this thread until the end of the scope.
class context_scope {
 public:
  explicit context_scope(context& values) noexcept : previous_(std::exchange(context::current_pointer(), &values)) {}
  ~context_scope() { context::current_pointer() = previous_; }
  context_scope(const context_scope&) = delete;
  context_scope& operator=(const context_scope&) = delete;

 private:
  context* previous_;
};

// A named place in every context. Make it a global constant:
//   inline const context_variable<std::string> tenant;
// `get` and `set` act on the current context.
template <typename T>
class context_variable {
 public:
  context_variable() = default;
  context_variable(const context_variable&) = delete;
  context_variable& operator=(const context_variable&) = delete;

  // The value, or null when none was set. Valid until the variable is set again in this context or the context ends.
  [[nodiscard]] const T* get() const noexcept { return static_cast<const T*>(context::current().find(this)); }
  void set(T value) const { context::current().set(this, std::make_shared<const T>(std::move(value))); }
};

}  // namespace jury
