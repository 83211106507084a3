#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace harness {

/// The one owner of standard output and standard error. Thread-safe. On a terminal a block at the bottom
/// shows what is running and for how long (redrawn 10 times a second, never wider than the window; at most
/// window height - 2 rows, then "and N more"); elsewhere only plain lines without control codes. Colours only
/// on a terminal and without NO_COLOR. Writes results to stdout and progress to stderr; in both cases whole
/// lines. What a text has of control characters and of bidirectional text's is shown as escapes (visible()):
/// a name cannot rewrite what is on the screen.
class Terminal {
 public:
  struct Settings {
    bool verbose = false;
    std::chrono::milliseconds sign_of_life{
        15000};  ///< between two lines about a task that still runs, where there is no block
  };
  explicit Terminal(Settings settings);
  ~Terminal();  ///< removes the block

  /// A step that is running: shown from construction to its end.
  class Task {
   public:
    Task(Task&&) noexcept;
    ~Task();                             ///< ends it silently when done() was not called
    void note(const std::string& text);  ///< what it is doing now ("pulling", "2 of 3 pods ready"); a line of
                                         ///< its own with -verbose
    void output(std::string_view piece);      ///< what its tool prints, as it comes: each line is a note
    void done(const std::string& text = {});  ///< prints "build    deck  1.2s  text"

   private:
    friend class Terminal;
    struct State;
    Task(Terminal& owner, std::shared_ptr<State> state);
    Terminal* owner_;
    std::shared_ptr<State> state_;
  };
  /// `kind` is a short verb or noun for the left column (cluster, image, deploy, test); `name` what it works
  /// on. Where standard error is no terminal, a long task says how far it is: "image     deck  15.0s ...
  /// NOTE" after 15 s and so on.
  Task start(const std::string& kind, const std::string& name);

  /// The tasks that have ended, in that order.
  std::vector<Span> spans() const;

  /// From here on all that is printed goes to `file` as well, which is made anew. Throws std::system_error.
  void copy_to(const std::filesystem::path& file);

  void line(const std::string& text);      ///< a result, to stdout (several lines allowed)
  void document(const std::string& text);  ///< for programs (JSON, YAML), to stdout as it is
  /// What a test prints, to stdout: "NAME | LINE", with its colours, and without what moves the cursor.
  void output(const std::string& name, std::string_view printed);
  void info(const std::string& text);     ///< progress, to stderr
  void verbose(const std::string& text);  ///< to stderr, only with -verbose
  void error(const std::string& text);    ///< to stderr, first word in red on a terminal

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harness
