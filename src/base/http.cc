#include "base/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace harness {

namespace {

using Clock = Deadline::Clock;
using Kind = HttpError::Kind;

constexpr std::string_view kUnix = "unix:";
constexpr long kSendBuffer = 256 << 10;
/// One more than that is closed after its use.
constexpr size_t kKept = 16;

template <auto Close>
struct Closer {
  template <class Handle>
  void operator()(Handle* handle) const {
    Close(handle);
  }
};

/// A connection or none yet: libcurl keeps it in the multi handle, which is what a stop can wake.
struct Channel {
  Channel() {
    if (!easy || !multi) throw std::bad_alloc();
  }
  std::unique_ptr<CURL, Closer<curl_easy_cleanup>> easy{curl_easy_init()};
  std::unique_ptr<CURLM, Closer<curl_multi_cleanup>> multi{curl_multi_init()};
};

std::string variable(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const char* value = std::getenv(name); value && *value) return value;
  return "";
}

/// libcurl reads no HTTP_PROXY in capitals, which in a CGI program is a header's text. Go and git's users set
/// it.
std::string proxy_for(const std::string& address) {
  if (address.starts_with(kUnix)) return "";
  return address.starts_with("https:") ? variable({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                                       : variable({"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"});
}

/// libcurl takes "*" for all only where nothing else is in the list.
std::string no_proxy() {
  const auto given = variable({"no_proxy", "NO_PROXY"});
  for (const auto& item : split(given, ','))
    if (trim(item) == "*") return "*";
  return "localhost,127.0.0.0/8,::1" + (given.empty() ? "" : "," + given);
}

/// The host and the port of an address, as libcurl reads it.
struct HostAndPort {
  explicit HostAndPort(const std::string& address) {
    const std::unique_ptr<CURLU, Closer<curl_url_cleanup>> url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) return;
    host = part(url.get(), CURLUPART_HOST, 0);
    port = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    path = part(url.get(), CURLUPART_PATH, 0);
  }
  static std::string part(CURLU* url, CURLUPart which, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return "";
    const std::unique_ptr<char, Closer<curl_free>> owned(text);
    return text;
  }
  std::string host, port, path;
};

}  // namespace

std::string system_authorities() {
  const Channel channel;
  const char* file = nullptr;
  curl_easy_getinfo(channel.easy.get(), CURLINFO_CAINFO, &file);
  return file && std::filesystem::exists(file) ? read_file(file) : "";
}

/// The connections of one client that nobody uses at the moment.
class HttpClient::Connections {
 public:
  Connections(const std::string& address, HttpAccess given)
      : access(std::move(given)),
        proxy(access.proxy ? *access.proxy : proxy_for(address)),
        no_proxy(access.proxy ? "" : harness::no_proxy()) {}

  std::unique_ptr<Channel> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Channel>();
    auto channel = std::move(idle_.back());
    idle_.pop_back();
    return channel;
  }
  void give_back(std::unique_ptr<Channel> channel) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kKept) idle_.push_back(std::move(channel));
  }

  const HttpAccess access;
  const std::string proxy, no_proxy;

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Channel>> idle_;
};

namespace {

/// One request and its answer. What callbacks throw is kept, since it must not pass through C.
class Transfer {
 public:
  using OnData = std::function<bool(std::string_view)>;
  Transfer(const std::string& address, const HttpClient::Limits& limits, Channel& channel,
           const Deadline& deadline)
      : address_(address), limits_(limits), channel_(channel), deadline_(deadline) {}
  ~Transfer() { curl_multi_remove_handle(channel_.multi.get(), channel_.easy.get()); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void prepare(const HttpRequest& request, const std::string& proxy, const std::string& no_proxy,
               const HttpAccess& access) {
    curl_easy_reset(easy());
    prepare_tls(access);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // or a stop would wait for the name's lookup
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(
            std::max<long>(1, std::min<long>(limits_.connect.count(), milliseconds(deadline_.left())))));
    set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBuffer);
    set(CURLOPT_TCP_NODELAY, 1L);
    // Or what is followed and silent would not notice that its server is gone.
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 30L);
    set(CURLOPT_TCP_KEEPINTVL, 10L);
    set(CURLOPT_PROXY, proxy.c_str());
    set(CURLOPT_NOPROXY, no_proxy.c_str());
    set(CURLOPT_ERRORBUFFER, reason_);
    const bool is_unix = address_.starts_with(kUnix);
    if (is_unix) set(CURLOPT_UNIX_SOCKET_PATH, address_.c_str() + kUnix.size());
    if (access.headers)
      for (const auto& line : access.headers()) add_header(line);
    set(CURLOPT_URL, ((is_unix ? "http://localhost" : named(access.name)) + request.path).c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    prepare_method(request);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  }

  /// Ends early after the headers, or when `on_data` says so; then the connection is not used again.
  HttpResponse run(bool headers_only, const OnData* on_data) {
    headers_only_ = headers_only;
    on_data_ = on_data;
    deadline_.check();
    if (deadline_.is_over()) fail(Kind::not_sent, "no time is left for it");
    curl_multi_add_handle(channel_.multi.get(), easy());
    const std::stop_callback wake(deadline_.stop(), [this] { curl_multi_wakeup(channel_.multi.get()); });
    began_ = moved_ = Clock::now();
    while (!is_done()) wait();
    return std::move(response_);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(easy(), option, value) != CURLE_OK)
      throw std::logic_error("libcurl does not take option " + std::to_string(option));
  }
  CURL* easy() const { return channel_.easy.get(); }
  static std::string shown(Clock::duration time) {
    return format_seconds(std::chrono::duration<double>(time).count());
  }
  static long milliseconds(Clock::duration time) {
    return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
  }
  [[noreturn]] void fail(Kind kind, const std::string& why) const {
    throw HttpError(kind, address_ + ": " + why);
  }

  void prepare_tls(const HttpAccess& access) {
    if (!access.authority.empty()) {
      set_blob(CURLOPT_CAINFO_BLOB, access.authority);
      set(CURLOPT_CAPATH, static_cast<char*>(nullptr));  // the system's would be believed, too
    }
    if (access.believes_anybody) {
      set(CURLOPT_SSL_VERIFYPEER, 0L);
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (access.certificate.empty()) return;
    set_blob(CURLOPT_SSLCERT_BLOB, access.certificate);
    set_blob(CURLOPT_SSLKEY_BLOB, access.key);
    set(CURLOPT_KEYPASSWD, "");  // or OpenSSL would ask at the terminal
  }

  void set_blob(CURLoption option, const std::string& text) {
    curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
    set(option, &blob);
  }

  /// The address, by the name that its certificate is to have. Where it is does not change.
  std::string named(const std::string& name) {
    if (name.empty() || !address_.starts_with("https:")) return address_;
    const HostAndPort at(address_);
    connect_to_.reset(curl_slist_append(nullptr, ("::" + at.host + ":" + at.port).c_str()));
    if (!connect_to_) throw std::bad_alloc();
    set(CURLOPT_CONNECT_TO, connect_to_.get());
    add_header("Host: " + at.host + ":" + at.port);
    return "https://" + name + ":" + at.port + (at.path == "/" ? "" : at.path);
  }

  void prepare_method(const HttpRequest& request) {
    const bool has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                          request.method == "PATCH";
    if (has_body) {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    }
    if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    // libcurl sends a request once more by itself where a kept connection turns out to be closed. What must
    // not happen twice gets a new one.
    if (request.method == "POST") set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    add_header("Expect:");
    if (has_body && !request.headers.contains("Content-Type")) add_header("Content-Type:");
    for (const auto& [name, value] : request.headers)
      add_header(value.empty() ? name + ";" : name + ": " + value);
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  void add_header(const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }

  bool is_done() {
    int running = 0;
    curl_multi_perform(channel_.multi.get(), &running);
    if (thrown_) std::rethrow_exception(thrown_);
    if (enough_) return true;
    deadline_.check();
    int left = 0;
    if (const CURLMsg* message = curl_multi_info_read(channel_.multi.get(), &left)) {
      if (message->data.result != CURLE_OK) explain(message->data.result);
      return true;
    }
    note_progress();
    if (deadline_.is_over()) fail(Kind::timeout, "no complete answer within " + shown(Clock::now() - began_));
    if (idle() >= limits_.idle)
      fail(Kind::timeout,
           (limits_.least == 1 ? "nothing was"
                               : "less than " + std::to_string(limits_.least) + " bytes were") +
               " sent or received for " + shown(limits_.idle));
    return false;
  }

  void wait() {
    const auto time =
        std::min<Clock::duration>({deadline_.left(), limits_.idle - idle(), std::chrono::seconds(1)});
    curl_multi_poll(channel_.multi.get(), nullptr, 0, static_cast<int>(std::max(1L, milliseconds(time))),
                    nullptr);
  }

  Clock::duration idle() const { return Clock::now() - moved_; }
  void note_progress() {
    curl_off_t up = 0, down = 0;
    curl_easy_getinfo(easy(), CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(easy(), CURLINFO_SIZE_DOWNLOAD_T, &down);
    if (up + down + heard_ < bytes_ + limits_.least) return;
    bytes_ = up + down + heard_;
    moved_ = Clock::now();
  }

  /// The other side ended TLS with an alert that says so
  /// (https://datatracker.ietf.org/doc/html/rfc8446#section-6.2).
  static bool is_refusal(std::string_view text) {
    const auto alert = text.find(" alert ");
    if (alert == std::string_view::npos) return false;
    const auto what = text.substr(alert);
    return what.find("certificate") != what.npos || what.find("unknown ca") != what.npos ||
           what.find("handshake failure") != what.npos;
  }

  [[noreturn]] void explain(CURLcode code) const {
    long system = 0, sent = 0;
    curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &system);
    curl_easy_getinfo(easy(), CURLINFO_REQUEST_SIZE, &sent);
    std::string text = *reason_ ? reason_ : curl_easy_strerror(code);
    switch (code) {
      case CURLE_COULDNT_CONNECT:
        fail(Kind::not_sent, system ? std::generic_category().message(static_cast<int>(system)) : text);
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_CERTPROBLEM:
        fail(Kind::untrusted, text);
      case CURLE_OPERATION_TIMEDOUT:
        fail(sent == 0 ? Kind::not_sent : Kind::timeout, text);
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_WEIRD_SERVER_REPLY:
        fail(Kind::broken, "it does not speak HTTP; is it a port for TLS, or another program's?");
      default:
        if (is_refusal(text)) fail(Kind::untrusted, text);
        fail(sent == 0 ? Kind::not_sent : Kind::broken, text);
    }
  }

  static size_t on_header(char* data, size_t, size_t size, void* self) {
    return static_cast<Transfer*>(self)->take([&](Transfer& t) { return t.header({data, size}); }, size);
  }
  static size_t on_body(char* data, size_t, size_t size, void* self) {
    return static_cast<Transfer*>(self)->take([&](Transfer& t) { return t.body({data, size}); }, size);
  }
  template <class Work>
  size_t take(const Work& work, size_t size) {
    try {
      if (work(*this)) return size;
      enough_ = true;
    } catch (...) {
      thrown_ = std::current_exception();
    }
    return size + 1;  // ends the transfer
  }

  bool header(std::string_view line) {
    ++heard_;
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
      response_ = {};
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      auto& value = response_.headers[lower(line.substr(0, colon))];
      value += (value.empty() ? "" : ", ") + trim(line.substr(colon + 1));  // RFC 9110, section 5.3
    } else if (line.empty()) {
      long status = 0;
      curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
      response_.status = static_cast<int>(status);
      return !headers_only_ || status < 200;
    }
    return true;
  }

  bool body(std::string_view data) {
    if (on_data_ && response_.status < 400) return (*on_data_)(data);
    if (response_.body.size() + data.size() > limits_.body)
      fail(Kind::broken, "the answer is longer than " + std::to_string(limits_.body >> 20) + " MB");
    response_.body.append(data);
    return true;
  }

  static std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
  }

  const std::string& address_;
  const HttpClient::Limits& limits_;
  Channel& channel_;
  const Deadline& deadline_;
  std::unique_ptr<curl_slist, Closer<curl_slist_free_all>> headers_, connect_to_;
  char reason_[CURL_ERROR_SIZE] = {};
  HttpResponse response_;
  bool headers_only_ = false, enough_ = false;
  const OnData* on_data_ = nullptr;
  std::exception_ptr thrown_;
  Clock::time_point began_, moved_;
  curl_off_t bytes_ = 0, heard_ = 0;
};

}  // namespace

HttpClient::HttpClient(std::string address, const Limits& limits, HttpAccess access)
    : address_(std::move(address)),
      limits_(limits),
      connections_(std::make_shared<Connections>(address_, std::move(access))) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error(curl_easy_strerror(ready));
}

HttpResponse HttpClient::transfer(const HttpRequest& request, bool headers_only, const OnData* on_data,
                                  const Deadline& deadline) const {
  auto channel = connections_->take();
  HttpResponse response;
  {
    Transfer transfer(address_, limits_, *channel, deadline);
    transfer.prepare(request, connections_->proxy, connections_->no_proxy, connections_->access);
    response = transfer.run(headers_only, on_data);
  }
  connections_->give_back(std::move(channel));
  return response;
}

HttpResponse HttpClient::send(const HttpRequest& request, const Deadline& deadline) const {
  return transfer(request, false, nullptr, deadline);
}

HttpResponse HttpClient::head_of(const HttpRequest& request, const Deadline& deadline) const {
  return transfer(request, true, nullptr, deadline);
}

HttpResponse HttpClient::stream(const HttpRequest& request, const OnData& on_data,
                                const Deadline& deadline) const {
  return transfer(request, false, &on_data, deadline);
}

}  // namespace harness
