#!/bin/sh
# Turns off one part at a time of what keeps tests from meeting stale code, and checks that NeverStaleTest notices.
#   tests/unit/driver/mutations.sh [NAME..]     in a checkout without changes in src/; builds in build/
cd "$(dirname "$0")/../../.." || exit 2
git diff --quiet -- src || { echo "src/ has changes" >&2; exit 2; }
trap 'git checkout -q -- src' EXIT
wanted=" $* "
missed=

# mutate NAME FILE SED
mutate() {
  case "$wanted" in "  " | *" $1 "*) ;; *) return ;; esac
  sed -i "$3" "src/$2"
  if git diff --quiet -- src; then
    echo "$1: the expression no longer changes src/$2"
    missed="$missed $1"
    return
  fi
  cmake --build build --target harness > build/mutation.log 2>&1 || { echo "$1: does not compile: build/mutation.log"; missed="$missed $1"; git checkout -q -- src; return; }
  if build/bin/unit_tests --gtest_filter='*NeverStale*' --gtest_fail_fast > build/mutation.log 2>&1; then
    echo "$1: NOT noticed"
    missed="$missed $1"
  else
    echo "$1: noticed ($(grep -o '^seed [0-9]*' build/mutation.log | head -n 1))"
  fi
  git checkout -q -- src
}

cmake --build build --target harness unit_tests > build/mutation.log 2>&1 || { echo "see build/mutation.log" >&2; exit 2; }
mutate contents image/folder_walk.cc 's/hash->update(piece)/(void)piece/'
mutate ctime image/worktree.cc 's/ && equal(entry.ctime, status.st_ctim)//'
mutate modes image/folder_walk.cc 's/(status.st_mode & S_IXUSR) != 0 ? "100755" : "100644"/(void(status), "100644")/'
mutate names image/folder_walk.cc 's/{ return name + .\\0. + mode/{ return (void(name), std::string()) + mode/'
mutate links image/folder_walk.cc 's/const std::string text = fs::read_symlink(path).string()/const std::string text = "link"/'
mutate linked-folders image/input_hash.cc 's/if (S_ISLNK(status.st_mode)) walk_.add_link(name, path);/if (S_ISLNK(status.st_mode)) return walk_.add_link(name, path);/'
mutate builder image/tag.cc '/Fields().add("files")/s/.add(project.builders.at(image.builder))//'
mutate target image/tag.cc '/Fields().add("files")/s/.add(image.target)//'
mutate files image/tag.cc '/Fields().add("files")/s/.add(image.files)//'
mutate tracked-files image/tag.cc '/Input::Counts::if_tracked/d'
mutate base image/tag.cc '/Fields().add("image")/s/.add(base_digest)/.add(base_digest.substr(0, 0))/'
mutate entrypoint image/tag.cc '/Fields().add("image")/s/.add(image.entrypoint)//'
mutate env image/tag.cc '/Fields().add("image")/s/.add(image.env)//'
mutate command image/tag.cc '/Fields().add("command")/s/.add(image.command)//'
mutate config deploy/config_hash.cc 's/if (!all.empty()) annotate/if (all == "?") annotate/'
mutate others-configs cli/component_objects.cc '/for (const auto& config : configs_of_others(objects, configs_))/,+1d'
mutate pruning deploy/inventory.cc 's/delete_objects(gone, component, stop);//'
mutate removal cli/setup_deploy.cc 's/if (context_.project.component(name)) continue;/continue;/'
mutate part-sources cli/setup_stale.cc 's/image && sources_of(\*image, stop) != hash/image \&\& false/'
mutate mark deploy/deployer.cc 's/return now.hex() == mark;/return true;/'
mutate applied cli/setup_deploy.cc 's/  applied_ = true;//'

[ -z "$missed" ] || { echo "not noticed:$missed" >&2; exit 1; }
