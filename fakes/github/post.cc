#include "github/post.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "github/text.h"

namespace fakes::github {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

struct Target {
  bool tls = false;
  std::string host, port, authority, path;
};

bool parse(const std::string& url, Target& target) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string::npos) return false;
  const std::string scheme = lower(url.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return false;
  target.tls = scheme == "https";
  const auto path = url.find_first_of("/?#", scheme_end + 3);
  target.authority = url.substr(scheme_end + 3, path == std::string::npos ? path : path - scheme_end - 3);
  target.path = path == std::string::npos ? "/" : url.substr(path, url.find('#', path) - path);
  if (!target.path.starts_with('/')) target.path.insert(0, "/");
  std::string host = target.authority.substr(target.authority.rfind('@') + 1);
  const auto colon = host.rfind(':');
  const bool port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  target.port = port ? host.substr(colon + 1) : target.tls ? "443" : "80";
  host = host.substr(0, port ? colon : std::string::npos);
  target.host = host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  return !target.host.empty();
}

Answer failed(std::string why) {
  Answer answer;
  answer.error = std::move(why);
  return answer;
}

template <typename Stream>
asio::awaitable<Answer> converse(Stream& stream, const bhttp::request<bhttp::string_body>& request) {
  constexpr std::uint64_t kMost = 64 * 1024;
  if (const auto [error, size] = co_await bhttp::async_write(stream, request, kTuple); error)
    co_return failed("cannot send: " + error.message());
  beast::flat_buffer buffer;
  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(kMost);
  const auto [error, size] = co_await bhttp::async_read(stream, buffer, parser, kTuple);
  // An answer that is only too long or breaks off after its head is one all the same.
  if (error && !parser.is_header_done()) co_return failed("no answer: " + error.message());
  const auto& response = parser.get();
  Answer answer{
      .status = static_cast<int>(response.result_int()), .error = "", .headers = {}, .body = response.body()};
  for (const auto& field : response) answer.headers.emplace_back(field.name_string(), field.value());
  co_return answer;
}

asio::awaitable<Answer> post_tls(beast::tcp_stream& tcp, const Target& target,
                                 const bhttp::request<bhttp::string_body>& request, bool verify) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_default_verify_paths();
  asio::ssl::stream<beast::tcp_stream&> stream(tcp, context);
  stream.set_verify_mode(verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
  if (verify) stream.set_verify_callback(asio::ssl::host_name_verification(target.host));
  SSL_set_tlsext_host_name(stream.native_handle(), target.host.c_str());
  if (const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple); error)
    co_return failed("no TLS: " + error.message());
  co_return co_await converse(stream, request);
}

}  // namespace

asio::awaitable<Answer> post(std::string url, HeaderList headers, std::string body, bool verify,
                             std::chrono::seconds limit) {
  Target target;
  if (!parse(url, target)) co_return failed("the URL is not http:// or https:// with a host");
  bhttp::request<bhttp::string_body> request(bhttp::verb::post, target.path, 11);
  request.set(bhttp::field::host, target.authority.substr(target.authority.rfind('@') + 1));
  for (const auto& [name, value] : headers) request.set(name, value);
  request.set(bhttp::field::connection, "close");
  request.body() = std::move(body);
  request.prepare_payload();

  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto [no_name, places] = co_await resolver.async_resolve(target.host, target.port, kTuple);
  if (no_name) co_return failed("cannot find " + target.host + ": " + no_name.message());
  beast::tcp_stream stream(executor);
  stream.expires_after(limit);
  if (const auto [error, place] = co_await stream.async_connect(places, kTuple); error)
    co_return failed("cannot connect: " + error.message());
  if (target.tls) co_return co_await post_tls(stream, target, request, verify);
  co_return co_await converse(stream, request);
}

}  // namespace fakes::github
