#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/options.h"
#include "config/project.h"

namespace harness {

/// Image -> the project's images that it is made from (image/bases.h).
using ImageBases = std::map<std::string, std::set<std::string>>;

/// What a command line asks for, decided before anything is touched; `-dry-run` prints it.
struct Plan {
  enum class Cluster {
    none,     ///< no cluster work at all
    require,  ///< the instance that is there, or an error
    ensure,   ///< the instance that is there, or a new one
  };
  Cluster cluster = Cluster::none;
  std::map<std::string, std::set<std::string>> builders;  ///< builder -> targets, one call each
  std::vector<std::string> images;                        ///< made, bases before what stands on them
  ImageBases bases;                                       ///< what each of the project's images is made from
  std::set<std::string> forced;                           ///< of these, rebuilt whatever the registry has
  std::vector<std::string> components;                    ///< deployed; `after:` gives the order
  std::set<std::string> restarted;                        ///< of these, with new pods in any case
  std::set<std::string> left_out;  ///< components that are not, since no chosen test uses them
  bool apart = false;  ///< the chosen tests have control planes of their own: no cluster is needed for them
  std::vector<std::string> clear;  ///< namespaces in which leftovers of tests are removed, or {"ALL"}
  bool tests = false;
  bool teardown = false;  ///< the instance is deleted at the end, whatever happened
};

/// What `builder` is called for whatever the registry has: the targets of tests, of images without `inputs:`
/// and of those that are forced.
std::set<std::string> targets_in_any_case(const Plan& plan, const Project& project,
                                          const std::string& builder);
/// The images whose target it makes only where the registry has not what it made of the same inputs.
std::vector<const Image*> images_by_inputs(const Plan& plan, const Project& project,
                                           const std::string& builder);

/// What each component runs: the images its entry and its manifest name.
using ComponentImages = std::map<std::string, std::vector<std::string>>;

/// `bases` is asked only where images are made. Throws Error (kUsage) where `-build` names no image or
/// `restart` no component, and what `bases` throws.
Plan make_plan(const Options& options, const Project& project, const ComponentImages& uses,
               const std::function<ImageBases()>& bases);

/// Builder -> the targets of all test programs.
std::map<std::string, std::set<std::string>> builders_of_tests(const Project& project);

/// The components that the tests of `program` need: those that it `uses:` and what these come after; all
/// where it says nothing.
std::set<std::string> used_components(const Project& project, const TestProgram& program);
std::set<std::string> used_components(const Project& project, const std::set<const TestProgram*>& programs);

/// The images that no component runs but these.
std::set<std::string> images_of_these_alone(const ComponentImages& images,
                                            const std::set<std::string>& components);

/// Whether a run of chosen tests may deploy less than `plan` does, by their `uses:` and `cluster:`.
bool may_leave_out(const Plan& plan, const Options& options, const Project& project);
/// `plan` without the components that none of `used` is, and without images that only those run.
Plan without_unused(Plan plan, const Project& project, const ComponentImages& images,
                    const std::set<std::string>& used);

/// `plan` where nothing of it but the tests is needed.
Plan apart(Plan plan, const Options& options, const Project& project);

/// The plan as a person reads it, a step a line.
std::string describe(const Plan& plan, const Options& options, const Project& project,
                     const std::string& cluster);

}  // namespace harness
