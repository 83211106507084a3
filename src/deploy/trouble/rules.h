#pragma once

#include <chrono>
#include <optional>

#include "deploy/diagnosis.h"
#include "deploy/trouble/scene.h"

namespace harness {

/// Recognizes one cause. Looks up no more than it needs, and nothing where all is well.
using Rule = std::optional<Diagnosis> (*)(const Scene&);

// A file a group of causes. To add one: a function in its group's file, a line here, a line in kRules, a case
// in bench/trouble.

// images.cc
std::optional<Diagnosis> wrong_architecture(const Scene&);
std::optional<Diagnosis> image_not_pulled(const Scene&);
// containers.cc
std::optional<Diagnosis> missing_configuration(const Scene&);
std::optional<Diagnosis> container_not_started(const Scene&);
std::optional<Diagnosis> out_of_memory(const Scene&);
std::optional<Diagnosis> crash_loop(const Scene&);
// logs.cc
std::optional<Diagnosis> access_denied(const Scene&);
std::optional<Diagnosis> port_in_use(const Scene&);
std::optional<Diagnosis> names_not_resolved(const Scene&);
// probes.cc
std::optional<Diagnosis> impossible_probe(const Scene&);
std::optional<Diagnosis> killed_by_probe(const Scene&);
std::optional<Diagnosis> gate_not_set(const Scene&);
std::optional<Diagnosis> not_ready(const Scene&);
// scheduling.cc
std::optional<Diagnosis> no_node_takes_it(const Scene&);
// volumes.cc
std::optional<Diagnosis> claim_unbound(const Scene&);
std::optional<Diagnosis> volume_not_mounted(const Scene&);
// admission.cc
std::optional<Diagnosis> pods_refused(const Scene&);
// system_pods.cc
std::optional<Diagnosis> cluster_lacks_files(const Scene&);
// nodes.cc
std::optional<Diagnosis> node_not_ready(const Scene&);
std::optional<Diagnosis> node_under_pressure(const Scene&);

/// In the order of what they tell: what explains others comes first.
inline constexpr Rule kRules[] = {
    cluster_lacks_files,   node_not_ready,     node_under_pressure, pods_refused,          claim_unbound,
    no_node_takes_it,      wrong_architecture, image_not_pulled,    missing_configuration, volume_not_mounted,
    container_not_started, out_of_memory,      access_denied,       names_not_resolved,    port_in_use,
    killed_by_probe,       crash_loop,         impossible_probe,    gate_not_set,          not_ready,
};

/// How long what another object's arrival would fix must last: components are deployed side by side, and
/// controllers see a change a moment later.
inline constexpr std::chrono::seconds kMayArrive{3};

/// How often a container has ended by now, in this pod.
int64_t ends_of(const Container& container);
/// The state in which it ended last (`terminated`), null where it did not.
const Scene::Json& last_end(const Container& container);
bool is_running(const Container& container);

}  // namespace harness
