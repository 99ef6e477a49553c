#include "adapters/local/command_notifier.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "adapters/local/alert_json.h"
#include "adapters/local/file_copy.h"
#include "adapters/local/file_descriptor.h"

extern char** environ;

namespace varve {
namespace {

// A file in memory: unlike a pipe it takes all of the alert at once, whether it is read or not.
Result<FileDescriptor> Input(const std::string& text) {
  FileDescriptor file(memfd_create("alert", MFD_CLOEXEC));
  if (!file.valid()) return ErrnoError("make a file for", "the alert");
  VARVE_RETURN_IF_ERROR(WriteAll(file.get(), text, "the alert"));
  if (lseek(file.get(), 0, SEEK_SET) != 0) return ErrnoError("rewind", "the alert");
  return file;
}

Result<pid_t> Spawn(const std::vector<std::string>& command, int input) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own, so that it can be killed with its children; signals as if from a shell.
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return ErrnoError("run", command.front(), failed);
  return child;
}

// Whether the child ended within the timeout.
bool Ends(pid_t child, int64_t timeout_ms) {
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  if (!process.valid()) return true;  // no such call here: wait for as long as it takes
  pollfd wanted = {process.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&wanted, 1, static_cast<int>(timeout_ms));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Status CommandNotifier::Notify(const Alert& alert) {
  if (command_.empty()) return Error{Code::kInvalidArgument, "the alert command is empty"};
  VARVE_ASSIGN_OR_RETURN(const FileDescriptor input, Input(AlertToJson(alert) + "\n"));
  VARVE_ASSIGN_OR_RETURN(const pid_t child, Spawn(command_, input.get()));
  const bool ended = Ends(child, timeout_ms_);
  if (!ended) kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!ended) {
    return Error{Code::kIo, command_.front() + " did not end within " +
                                std::to_string(timeout_ms_) + " ms and was killed"};
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok{};
  return Error{Code::kIo,
               command_.front() + (WIFEXITED(status)
                                       ? " exited with " + std::to_string(WEXITSTATUS(status))
                                       : " died of signal " + std::to_string(WTERMSIG(status)))};
}

}  // namespace varve
