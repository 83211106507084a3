#include "cluster/control_plane/control_plane.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/http.h"
#include "base/text.h"
#include "cluster/ports.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStart{60};
constexpr int kTries = 5;  ///< a port that was free may be taken by the time that it is listened at

std::string new_token() {
  unsigned char bytes[24];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("there are no random bytes");
  std::string token;
  for (const auto byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

/// What tokens of service accounts are signed with, as PEM; in the form that kube-apiserver reads a public
/// key out of, too.
std::string new_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
  if (!key || !text ||
      PEM_write_bio_PrivateKey_traditional(text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot make a key");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<size_t>(size)};
}

bool is_ready(const std::string& address, const fs::path& authority, const std::string& token,
              const Deadline& deadline) {
  if (!fs::exists(authority)) return false;  // it makes its certificate first
  try {
    return HttpClient(address, {}, {.authority = read_file(authority)})
               .send({.path = "/readyz", .headers = {{"Authorization", "Bearer " + token}}}, deadline)
               .status == 200;
  } catch (const HttpError&) {
    return false;
  }
}

}  // namespace

ControlPlane::ControlPlane(fs::path programs, fs::path folder, fs::path logs, std::stop_token stop)
    : programs_(std::move(programs)),
      folder_(std::move(folder)),
      logs_(std::move(logs)),
      token_(new_token()) {
  create_private_folder(folder_);
  create_folders(logs_);
  write_file_atomically(folder_ / "service-accounts.key", new_key(), 0600);
  // https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
  write_file_atomically(folder_ / "tokens.csv", token_ + ",admin,admin,\"system:masters\"\n", 0600);
  for (int tries = 1; !try_to_start(stop); ++tries) {
    const auto said = end_of_file((etcd_.process->running() ? api_ : etcd_).log, 10'000);
    if (tries < kTries && said.find("address already in use") != std::string::npos) continue;
    const auto why = failure();
    throw Error(
        "the control plane does not start: " + (why.empty() ? "it is not ready within a minute" : why),
        {.output_tail = tail(said, 10), .exit_code = kCluster});
  }
}

ControlPlane::Process ControlPlane::start(const std::string& name, std::vector<std::string> args) const {
  const auto log = logs_ / (name + ".log");
  args.insert(args.begin(), (programs_ / name).string());
  return {name, log,
          std::make_unique<BackgroundProcess>(
              Command{.args = std::move(args), .dir = folder_, .output_file = log})};
}

bool ControlPlane::try_to_start(std::stop_token stop) {
  api_ = {};
  etcd_ = {};
  fs::remove_all(folder_ / "etcd");
  fs::remove_all(folder_ / "certificates");
  const auto etcd = fmt::format("http://127.0.0.1:{}", free_port());
  etcd_ = start("etcd", {"--data-dir=etcd", "--unsafe-no-fsync", "--listen-client-urls=" + etcd,
                         "--advertise-client-urls=" + etcd, "--listen-peer-urls=http://127.0.0.1:0"});
  const int port = free_port();
  const auto address = fmt::format("https://127.0.0.1:{}", port);
  const auto authority = folder_ / "certificates/apiserver.crt";
  api_ = start("kube-apiserver",
               {"--etcd-servers=" + etcd, "--bind-address=127.0.0.1", fmt::format("--secure-port={}", port),
                "--cert-dir=certificates", "--token-auth-file=tokens.csv", "--authorization-mode=RBAC",
                "--service-account-issuer=" + address, "--service-account-key-file=service-accounts.key",
                "--service-account-signing-key-file=service-accounts.key",
                "--disable-admission-plugins=ServiceAccount",  // no controller makes the default ones
                "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged"});
  const Deadline deadline(kStart, stop);
  while (!is_ready(address, authority, token_, deadline.within(std::chrono::seconds(2))))
    if (!failure().empty() || !deadline.pause(std::chrono::milliseconds(20))) return false;
  if (!failure().empty()) return false;
  write_kubeconfig(address, read_file(authority));
  return true;
}

std::string ControlPlane::failure() const {
  for (const auto* one : {&etcd_, &api_})
    if (!one->process->running()) return one->name + " has ended; its log: " + one->log.string();
  return "";
}

/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
void ControlPlane::write_kubeconfig(const std::string& address, const std::string& authority) const {
  const nlohmann::json config{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"current-context", "control-plane"},
      {"clusters",
       {{{"name", "control-plane"},
         {"cluster", {{"server", address}, {"certificate-authority-data", base64_encoded(authority)}}}}}},
      {"users", {{{"name", "admin"}, {"user", {{"token", token_}}}}}},
      {"contexts",
       {{{"name", "control-plane"}, {"context", {{"cluster", "control-plane"}, {"user", "admin"}}}}}}};
  write_file_atomically(folder_ / "kubeconfig", config.dump(2) + "\n", 0600);
}

std::map<std::string, std::string> ControlPlane::environment() const {
  return {{"KUBECONFIG", (folder_ / "kubeconfig").string()},
          {"KUBEBUILDER_ASSETS", programs_.string()},
          {"TEST_ASSET_ETCD", (programs_ / "etcd").string()},
          {"TEST_ASSET_KUBE_APISERVER", (programs_ / "kube-apiserver").string()},
          {"TEST_ASSET_KUBECTL", (programs_ / "kubectl").string()}};
}

}  // namespace harness
