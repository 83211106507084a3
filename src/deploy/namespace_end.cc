#include "deploy/namespace_end.h"

#include <re2/re2.h>

#include "base/error.h"
#include "base/pause.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kBetweenLooks{200};

}  // namespace

bool is_ending_namespace(const Json& name_space) {
  return !text_at(name_space, "/metadata/deletionTimestamp").empty();
}

std::optional<Diagnosis> stuck_namespace(const Json& name_space) {
  const std::string title = "namespace " + name_of(name_space) + " is being deleted and cannot end: ";
  const Json& remaining = condition_of(name_space, "NamespaceFinalizersRemaining");
  // Kubernetes' own finalizers go once pods have ended; volumes wait for those.
  static const RE2 foreign("(?:remaining: |, )([^ ,]+) in [0-9]+ resource");
  const auto message = text_at(remaining, "/message");
  re2::StringPiece left(message);
  for (std::string finalizer;
       text_at(remaining, "/status") == "True" && RE2::FindAndConsume(&left, foreign, &finalizer);)
    if (!finalizer.starts_with("kubernetes.io/"))
      return Diagnosis{
          .cause = title + "nothing removes the finalizer " + finalizer,
          .evidence =
              message + "\n" + text_at(condition_of(name_space, "NamespaceContentRemaining"), "/message"),
          .hint =
              "let what set it run until the namespace is gone, or remove it from the object: kubectl -n " +
              name_of(name_space) + " patch TYPE NAME --type=merge -p '{\"metadata\":{\"finalizers\":null}}'",
          .must_last = std::chrono::seconds(3)};
  for (const char* type : {"NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure",
                           "NamespaceDeletionContentFailure"})
    if (const Json& failure = condition_of(name_space, type); text_at(failure, "/status") == "True")
      return Diagnosis{.cause = title + "its content cannot be deleted",
                       .evidence = text_at(failure, "/message"),
                       .hint = "a registered API may not answer: kubectl get apiservices shows which",
                       .must_last = std::chrono::seconds(3)};
  return std::nullopt;
}

void wait_for_namespace_to_end(const KubeApi& api, const std::string& name, const Waiting& waiting,
                               std::stop_token stop) {
  Patience patience;
  while (true) {
    const Json seen = api.get("/api/v1/namespaces/" + name, stop);
    if (seen.is_null()) return;
    waiting.on_progress("namespace " + name + " is still being deleted");
    const auto now = std::chrono::steady_clock::now();
    const auto found = stuck_namespace(seen);
    for (const auto& diagnosis :
         patience.believe(found ? std::vector{*found} : std::vector<Diagnosis>{}, now)) {
      if (!waiting.anyway)
        throw Error(diagnosis.cause,
                    {.output_tail = diagnosis.evidence, .hint = diagnosis.hint, .exit_code = kDeploy});
      waiting.on_trouble(diagnosis);
    }
    if (now > waiting.deadline)
      throw Error("namespace " + name + " is still being deleted",
                  {.output_tail = found ? found->evidence : "",
                   .hint = "kubectl get namespace " + name + " -o yaml says what is left in it",
                   .exit_code = kDeploy});
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
}

}  // namespace harness
