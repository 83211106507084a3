"""The parts of what keeps tests from meeting something else than the tree, and how each is turned off."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    name: str
    file: str  # below src/
    old: str  # found there once
    new: str
    unit: str  # the filter of the unit tests of which one must fail
    zoo: str = ""  # the edits after which the zoo must find something; "": no edit of the zoo needs this part
    without: tuple = ()  # parts that are turned off with it in the zoo, since they would find it first


FRESHNESS, RUNNING, OWNERS, REVISION = "FreshnessTest.*", "RunningImageTest.*", "PodOwnersTest.*", "FreshnessTest.*:ReplacementTest.*"
CONFIG, TAGS, INPUTS, DOCKER = "ConfigHashTest.*", "TagTest.*:BuilderImageTest.*", "*InputHashTest.*:Input*", "DockerfileTest.*:DockerfileImageTest.*:OwnReferenceTest.*"

PARTS = [
    # What an image is made of.
    Part("contents", "image/folder_walk.cc", "hash->update(piece)", "(void)piece", INPUTS, "app.text"),
    Part("modes", "image/folder_walk.cc", '(status.st_mode & S_IXUSR) != 0 ? "100755" : "100644"', '"100644"', INPUTS),
    Part("names", "image/folder_walk.cc", "{ return name + '\\0' + mode + \" \" + id; }", "{ return (void)name, mode + \" \" + id; }", INPUTS),
    Part("links", "image/folder_walk.cc", "const std::string text = fs::read_symlink(path).string();", "const std::string text = (void(path), \"\");", INPUTS),
    Part("linked-folders", "image/input_hash.cc", "if (S_ISLNK(status.st_mode)) walk_.add_link(name, path);", "if (S_ISLNK(status.st_mode)) return walk_.add_link(name, path);", INPUTS),
    Part("ctime", "image/worktree.cc", " && equal(entry.ctime, status.st_ctim)", "", "WorktreeTest.*:" + INPUTS),
    Part("builder", "image/tag.cc", ".add(project.builders.at(image.builder))", "", TAGS),
    Part("target", "image/tag.cc", ".add(image.target).add(image.files)", ".add(image.files)", TAGS),
    Part("stage", "image/tag.cc", ".add(image.target).add(image.settings.args)", ".add(image.settings.args)", DOCKER),
    Part("build-args", "image/tag.cc", ".add(image.settings.args)", "", DOCKER),
    Part("made-folders", "image/made_files.cc", "files[target + inside] = source + inside;", "(void)inside;", TAGS),
    Part("linked-programs", "suite/programs/go_programs.cc", "read_file(parts_file) == parts", "!parts.empty()", "GoTest.*"),
    Part("files", "image/tag.cc", ".add(image.files).hex()", ".hex()", TAGS),
    Part("base-of-builder", "image/tag.cc", ".add(base_digest)", ".add(base_digest.substr(0, 0))", TAGS, "base.text"),
    Part("user", "image/tag.cc", ".add(image.user)", "", TAGS),
    Part("entrypoint", "image/tag.cc", ".add(image.entrypoint)", "", TAGS),
    Part("env", "image/tag.cc", ".add(image.env)", "", TAGS),
    Part("command", "image/tag.cc", ".add(image.command)", "", TAGS),
    Part("inputs-of-command", "image/tag.cc", '.add(inputs.empty() ? "" : hash_inputs(project, image, inputs, stop)).hex();', ".hex();", TAGS, "tool.text"),
    Part("bases", "image/tag.cc", ".add(files_hash).add(bases)", ".add(files_hash).add(bases.substr(0, 0))", TAGS + ":" + DOCKER, "app.text"),
    Part("from", "image/dockerfile.cc", "stage.uses.push_back({reference, {.at = words[0].at}});", "(void)reference;", DOCKER, "app.text"),
    Part("copy-from", "image/dockerfile.cc", 'from && one.keyword == "copy"', 'from && one.keyword == "?"', DOCKER, "tool.text"),
    Part("from-of-arguments", "image/dockerfile.cc", "args_[name] = expanded(word.substr(equals + 1), one.line);", 'args_[name] = "scratch";', DOCKER, "docked.form=argument,app.text"),
    Part("ignored-exceptions", "image/dockerignore.cc", "patterns_.back().exception = is_exception;", "patterns_.back().exception = false;", "DockerignoreTest.*:" + DOCKER, "docked.text"),
    Part("pulled-by-id", "image/build.cc", "const auto tag = tag_of(id.substr(std::min(id.size(), std::string_view(\"sha256:\").size())));", "const auto tag = tag_of(files_hash(project_, image, stop));",
         "BuildTest.*:DockerfileImageTest.*", "pulled.text"),
    # What pods are made of.
    Part("config", "deploy/config_hash.cc", "if (!all.empty()) annotate(object, kConfigAnnotation", "if (all == \"?\") annotate(object, kConfigAnnotation", CONFIG, "settings.text"),
    Part("config-of-volumes", "deploy/config_hash.cc", 'key == "configMap" ||', "", CONFIG, "settings.text"),
    Part("config-of-env-from", "deploy/config_hash.cc", ' || key == "configMapRef"', "", CONFIG, "settings.text"),
    Part("config-of-env", "deploy/config_hash.cc", ' || key == "configMapKeyRef"', "", CONFIG, "fixed.text"),
    Part("secret-of-volumes", "deploy/config_hash.cc", 'key == "secret" ||', "", CONFIG, "secret.text"),
    Part("secret-of-env", "deploy/config_hash.cc", ' || key.ends_with("ecretKeyRef")', "", CONFIG, "secret.text"),
    Part("secret-of-env-from", "deploy/config_hash.cc", 'key.ends_with("ecretRef") || ', "", CONFIG),
    Part("pull-secrets", "deploy/config_hash.cc", 'key == "imagePullSecrets"', 'key == "?"', CONFIG),
    Part("config-of-others", "cli/component_objects.cc", "for (auto& config : configs_of_others(objects, configs_)) objects.push_back(std::move(config));", "", "ComponentObjectsTest.*", "settings.text"),
    Part("answers", "deploy/render/component_sources.cc", "cache_.made(renders", "cache_.text(renders", "HelmTest.*"),
    Part("charts-beside", "deploy/render/chart_dependencies.cc", "open.push_back((folder", "(void)((folder", "HelmTest.*"),
    Part("template-mark", "deploy/config_hash.cc", "annotate(object, kTemplateAnnotation", "annotate(object, \"deploy.harness/nothing\"", CONFIG, "plain.env"),
    Part("secret-keys", "deploy/secret_data.cc", "if (is_well_formed) {", "if (!is_well_formed) {", "SecretDataTest.*", "secret.extra,secret.extra"),
    Part("added-by-hand", "deploy/take_over.cc", "if (is_custom || own.is_null() || taken.empty()) return nullptr;", "if (is_custom || !own.is_discarded()) return nullptr;", "TakeOverTest.*", "meddle.secret"),
    Part("scaled-by-hand", "deploy/autoscaling.cc", '(*spec)["replicas"] = 1;', "(void)spec;", "AutoscalingTest.*", "meddle.scale"),
    # What is replaced.
    Part("pruning", "deploy/inventory.cc", "  delete_objects(std::move(gone), {component}, waiting, stop);\n", "  (void)waiting;\n", "DriverRemovalTest.*", "inner.name"),
    Part("removal", "cli/setup_deploy.cc", "if (names.empty()) return;", "if (!names.empty()) return;", "DriverRemovalTest.*", "component.web"),
    Part("mark", "deploy/deployer.cc", "return now.hex() == mark;", "return (void)mark, true;", "DriverUnchangedTest.*"),
    Part("anew-for-template", "deploy/anew.cc", 'return "its pod template has changed";', "return std::nullopt;", "AnewTest.*", "never.image"),
    Part("anew-for-failure", "deploy/anew.cc", 'return has_failed ? std::optional<std::string>("it failed") : std::nullopt;', "return (void)has_failed, std::nullopt;", "AnewTest.*"),
    Part("anew-for-deletion", "deploy/anew.cc", "if (is_ending(stored)) return", "if (stored.is_null()) return", "AnewTest.*"),
    Part("on-delete", "deploy/replacement.cc", '(type == kStatefulSet || type == kDaemonSet) && text_at', 'type.kind.empty() && text_at', "ReplacementTest.*", "manual.env"),
    Part("old-pods", "deploy/replacement.cc", "if (!is_ending(*pod) && !newest.has(*pod) && (keeps || !is_ready(*pod)))", "if (pod->is_null() && newest.has(*pod))", "ReplacementTest.*", "plain.env"),
    Part("late-jobs", "deploy/replacement.cc", "if (template_hash(json_at(*job, \"/spec/template\")) != wanted)", "if (wanted == \"?\")", "ReplacementTest.*:" + FRESHNESS, "wait.job,tick.env"),
    Part("ending-pods", "deploy/deployer.cc", "  if (ending.empty()) return;\n", "  return;\n", "DeployerTest.*"),
    Part("old-replicas", "deploy/rollout.cc", "if (total > updated) return", "if (total < 0) return", "RolloutTest.*:RolloutStagesTest.*"),
    Part("observed", "cluster/objects.cc", 'return number_at(object, "/status/observedGeneration") >= number_at(object, "/metadata/generation");', "return object.is_object();", "ObjectsTest.*:RolloutTest.*:" + FRESHNESS),
    # By what runs.
    Part("revision-of-deployment", "deploy/revision.cc", 'return !uid.empty() && text_at(controller_of(pod), "/uid") == uid;', "return pod.is_object() || uid.empty();", REVISION),
    Part("revision-by-label", "deploy/revision.cc", "return !hash.empty() && text_at(pod, kRevisionHash) == hash;", "return pod.is_object() || hash.empty();", REVISION, "manual.env"),
    Part("revision-by-template", "deploy/revision.cc", "return template_hash(pod) == hash;", "return pod.is_object() || hash.empty();", REVISION, "plain.env"),
    Part("owners", "cluster/pod_owners.cc", "if (is_owned ||", "if ((is_owned && !one.pod) ||", OWNERS, "plain.env", ("owned-before", "old-pods")),
    Part("owned-before", "cluster/pod_owners.cc", "is_of_predecessor ||", "(is_of_predecessor && !one.pod) ||", OWNERS),
    Part("orphans", "cluster/pod_owners.cc", "(one.is_orphan && selector.selects(*one.pod))", "(one.is_orphan && !one.pod && selector.selects(*one.pod))", OWNERS),
    Part("orphans-of-services", "deploy/freshness.cc", "if (!selector.selects(pod) ||", "if (selector.selects(pod) ||", FRESHNESS),
    Part("expressions", "cluster/label_selector.cc", 'list_at(one, "/values")', 'list_at(one, "/?")', "LabelSelectorTest.*", "plain.env"),
    Part("image-ids", "deploy/running_image.cc", "if (digest.empty()) return \"\";", "if (!digest.empty()) return \"\";", RUNNING + ":" + FRESHNESS, "never.image", ("anew-for-template",)),
    Part("init-containers", "cluster/workload_kinds.cc", 'for (const char* list : {"/initContainers", "/containers"})', 'for (const char* list : {"/containers"})', FRESHNESS, "docked.text", ("anew-for-template",)),
    Part("ended-pods", "deploy/freshness.cc", "if (has_ended(pod) && !runs_once) return {};", "if (has_ended(pod)) return {};", FRESHNESS, "never.image", ("anew-for-template",)),
    Part("sources-of-parts", "cli/setup_stale.cc", "sources_of(*image, stop) != hash", "sources_of(*image, stop).empty() && hash.empty()", "DriverUnchangedTest.*"),
]
