#pragma once

#include <map>
#include <string>

namespace test {

/// The value of an environment variable that the harness sets. Throws with what to do where it is missing:
/// a test of this kind runs through ./harness.
std::string required_env(const std::string& name);

/// Where tests reach an exposed component: $HARNESS_URL/NAME, or $NAME_URL (in capitals) for a server of
/// one's own.
std::string component_url(const std::string& name);
/// Where components are whose manifest names no namespace: $HARNESS_NAMESPACE, else "default".
std::string own_namespace();
/// How pods reach one of them: "deck.default".
std::string component_host(const std::string& name);

/// The pinned reference of an image of components.yaml (from $HARNESS_IMAGES): localhost:5001/NAME@sha256:...
std::string image(const std::string& name);

/// A name for this test's pod or repository, used by no other test, run or process: at most 63 lower-case
/// letters, digits and dashes. `suffix` tells several of one test apart.
std::string unique_name(const std::string& suffix = "");

/// `text` made fit for a label's value: at most 63 letters, digits, '-', '_' and '.'.
std::string label_value(const std::string& text);

/// What every object of this test is labelled with, so that the harness finds what was left: test.harness/run
/// ($HARNESS_RUN_ID) and test.harness/name ("TestDeck.Filters").
std::map<std::string, std::string> test_labels();

}  // namespace test
