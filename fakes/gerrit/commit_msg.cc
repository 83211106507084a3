#include "gerrit/ids.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

namespace {

/// A git hook of our own that keeps Gerrit's rules (cmd-hook-commit-msg.html): the message gets one
/// Change-Id, in its last paragraph where that is one of footers, and keeps one that it has; no message is
/// none, and fixup!, squash! and amend! are left as they are.
constexpr const char* kHook = R"hook(#!/bin/sh
# Gives a commit's message a Change-Id. Install as .git/hooks/commit-msg, executable.
# git config gerrit.createChangeId false turns it off; always makes one for fixup! and squash! too.
set -u
test $# -eq 1 || { echo "$0 wants one argument: the file with the message" >&2; exit 1; }
file=$1
test -f "$file" || { echo "$0: there is no file $file" >&2; exit 1; }
create=$(git config --get gerrit.createChangeId || true)
case $create in false | no | off | 0) exit 0 ;; esac

# What git strips afterwards does not count: comments, what stands below the scissors, empty lines at the end.
comment=$(git config --get core.commentChar || true)
case $comment in "" | auto) comment="#" ;; esac
text=$(awk -v c="$comment" '
  index($0, c " ------------------------ >8 ------------------------") == 1 { exit }
  index($0, c) == 1 { next }
  { print }' "$file" | git stripspace)
test -n "$text" || exit 0
# A signature alone is no message yet.
printf '%s\n' "$text" | grep -qvE '^Signed-off-by: |^$' || exit 0

first=$(printf '%s\n' "$text" | sed -n 1p)
if test "$create" != always; then
  case $first in "fixup! "* | "squash! "* | "amend! "*) exit 0 ;; esac
fi

token=$(git config --get gerrit.reviewUrl || true)
if test -n "$token"; then
  pattern="^Link: ${token%/}/id/I[0-9a-f]\{40\}$"
else
  pattern="^Change-Id: I[0-9a-f]\{40\}$"
fi
printf '%s\n' "$text" | grep -q "$pattern" && exit 0

id=$({ git var GIT_COMMITTER_IDENT; git rev-parse -q --verify HEAD; git write-tree 2>/dev/null; date +%s; echo $$; printf '%s\n' "$text"; } |
  git hash-object -t blob --stdin) || exit 1
if test -n "$token"; then footer="Link: ${token%/}/id/I$id"; else footer="Change-Id: I$id"; fi

# After footers such as Bug: and in front of Signed-off-by: and what follows it, as Gerrit places it.
new=$(printf '%s\n' "$text" | awk -v footer="$footer" '
  { line[NR] = $0 }
  END {
    begin = NR + 1
    for (i = NR; i >= 1 && line[i] != ""; --i) begin = i
    footers = begin > 1 && begin <= NR
    for (i = begin; i <= NR && footers; ++i)
      if (line[i] !~ /^[A-Za-z0-9-]+: / && line[i] !~ /^[ \t]/ && line[i] !~ /^\(cherry picked from commit /) footers = 0
    put = NR + 1
    if (footers)
      for (i = NR; i >= begin; --i)
        if (line[i] ~ /^(Signed-off-by|Acked-by|Reviewed-by|Tested-by|Co-authored-by|Cc): / || line[i] ~ /^[ \t]/) put = i; else break
    for (i = 1; i <= NR; ++i) {
      if (i == put) print footer
      print line[i]
    }
    if (!footers) print ""
    if (put > NR) print footer
  }')
printf '%s\n' "$new" >"$file.new" && cat "$file.new" >"$file" && rm -f "$file.new"
)hook";

http::Response hook(Call& call) {
  if (call.param("hook") != "commit-msg") throw http::HttpError(404, "Not Found");
  return {200,
          {{"Content-Type", "text/x-sh"}, {"Content-Disposition", "attachment; filename=\"commit-msg\""}},
          kHook};
}

}  // namespace

std::vector<Endpoint> tool_endpoints() { return {{"GET", "/tools/hooks/{hook}", hook}}; }

}  // namespace fakes::gerrit
