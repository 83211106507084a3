#include "gerrit_server.h"

#include <gtest/gtest.h>

#include "gerrit/ids.h"

namespace fakes::gerrit {

const Json kBothLabels{
    {"Code-Review",
     {{"values", {{"-2", "No"}, {"-1", "Rather not"}, {" 0", "No score"}, {"+1", "Fine"}, {"+2", "Yes"}}}}},
    {"Verified", {{"values", {{"-1", "Fails"}, {" 0", "No score"}, {"+1", "Works"}}}}}};

GerritServer::GerritServer(Settings settings) : api(std::move(settings)) { api.add_routes(router_); }

Answer GerritServer::call(const std::string& method, const std::string& target, const std::string& body,
                          http::Headers headers) {
  http::Request request{.method = method, .headers = std::move(headers), .body = body};
  const auto space = target.find(' ');
  request.target = space == std::string::npos ? target : "/a" + target.substr(space + 1);
  if (space != std::string::npos)
    request.headers.emplace_back("Authorization", "Bearer " + target.substr(0, space));
  request.headers.emplace_back("Host", "gerrit.test");
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
  const auto match = router_.match(method, request.path);
  if (!match.route) return {.status = 405};
  http::Response response;
  try {
    request.params = match.params;
    response = match.route->handler(request);
  } catch (const http::HttpError& e) {
    response = http::error(e.status, e.what());
  }
  Answer answer{.status = response.status, .headers = response.headers, .body = response.body};
  if (answer.body.starts_with(")]}'\n")) answer.json = Json::parse(answer.body.substr(5));
  return answer;
}

void GerritServer::add_project(const std::string& name, const Json& labels) {
  const auto answer = put("alice /projects/" + encoded(name), {{"create_empty_commit", true}});
  EXPECT_EQ(answer.status, 201) << answer.body;
  if (!labels.is_null()) api.seed({{"projects", {{{"name", name}, {"labels", labels}}}}});
}

int GerritServer::add_change(const std::string& project, const std::string& subject) {
  const auto answer =
      post("alice /changes/", {{"project", project}, {"branch", "master"}, {"subject", subject}});
  EXPECT_EQ(answer.status, 201) << answer.body;
  return answer.json.value("_number", 0);
}

std::vector<int> GerritServer::query(const std::string& text, const std::string& user) {
  const auto answer = get((user.empty() ? "" : user + " ") + "/changes/?q=" + encoded_query(text));
  EXPECT_EQ(answer.status, 200) << text << ": " << answer.body;
  std::vector<int> numbers;
  if (answer.json.is_array())
    for (const auto& change : answer.json) numbers.push_back(change["_number"]);
  return numbers;
}

std::string encoded_query(const std::string& text) { return encoded(text); }

}  // namespace fakes::gerrit
