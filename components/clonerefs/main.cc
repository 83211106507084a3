#include <iostream>

#include "clone.h"
#include "failure.h"
#include "flags.h"
#include "merge.h"
#include "submodules.h"
#include "workspace.h"

namespace {

using namespace clonerefs;

int fail(const Failure& e) {
  std::cerr << "error: " << e.what() << std::endl;
  if (!e.next.empty()) std::cerr << "next: " << e.next << std::endl;
  return e.exit_code;
}

int clone(const Options& options) {
  try {
    const Library libgit2;
    const Repository repo = clone_base(options);
    for (const auto& pull : options.pulls) merge_pull(repo.get(), pull);
    update_submodules(repo.get());
    git_oid head;
    check(git_reference_name_to_id(&head, repo.get(), "HEAD"), "the clone has no HEAD");
    say("HEAD is " + hex(head));
    return kDone;
  } catch (const Failure& e) {
    return fail(e);
  } catch (const std::exception& e) {
    return fail(Failure(e.what(), ""));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse_flags({argv + 1, argv + argc});
    if (options.help) {
      std::cout << kHelp;
      return kDone;
    }
    return Workspace(options.dir).run([&] { return clone(options); });
  } catch (const Failure& e) {
    return fail(e);
  }
}
