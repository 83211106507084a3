#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "http/message.h"

namespace fakes::http {

/// Threads for handlers that block. A job never waits for another: where no thread is free a new one starts,
/// so there are as many as there ever were jobs at once (the server's limit of connections bounds that). The
/// destructor waits for all.
class Workers {
 public:
  Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  /// Runs `job` on a worker and resumes on the caller's executor with what it returned or threw.
  boost::asio::awaitable<Response> run(std::function<Response()> job) {
    auto initiate = [this](auto handler, std::function<Response()> work) {
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      submit([shared, work = std::move(work)] {
        Response response;
        std::exception_ptr failure;
        try {
          response = work();
        } catch (...) {
          failure = std::current_exception();
        }
        const auto executor = boost::asio::get_associated_executor(*shared);
        boost::asio::post(executor, [shared, failure, response = std::move(response)]() mutable {
          (*shared)(failure, std::move(response));
        });
      });
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                       void(std::exception_ptr, Response)>(
        initiate, boost::asio::use_awaitable, std::move(job));
  }

 private:
  void submit(std::function<void()> job);
  void start_thread();
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::size_t idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fakes::http
