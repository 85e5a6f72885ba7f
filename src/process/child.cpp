#include "process/child.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include "base/log.hpp"

namespace jury::process {
namespace {

void reset_signals() {
  for (const int number : {SIGTERM, SIGCHLD}) std::signal(number, SIG_DFL);
  for (const int number : {SIGINT, SIGQUIT, SIGHUP, SIGTTIN, SIGTTOU, SIGPIPE}) std::signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

pid_t start_child(const std::string& name, const std::function<int()>& main) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(exit_failure);        // it died before the line above
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};  // a core dump would hold people's data
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_NAME, ("jury: " + name).c_str());
  log::set_process_name(name);
  reset_signals();
  int code = exit_failure;
  try {
    code = main();
  } catch (const std::exception& e) {
    log::error("ended by an exception: {}", e.what());
  }
  log::stop_writer();
  // Not exit(): what the parent registered for its own end is not the child's.
  _exit(code);
}

}  // namespace jury::process
