#include "cli/request-lines.h"

#include <chrono>
#include <memory>
#include <utility>

#include "cli/later-answer.h"

namespace lathe::cli {

namespace {

using Clock = std::chrono::steady_clock;

struct Line {
  TerminalLog& log;
  std::string worker;
  std::uint64_t number;
  std::string method;
  std::string target;
  Clock::time_point begin;

  void write(unsigned status, std::string_view remark) const {
    std::chrono::duration<double, std::milli> took = Clock::now() - begin;
    log.request({number, worker, method, target, status, took.count(), remark});
  }
};

std::string textOf(auto view) { return {view.data(), view.size()}; }

}  // namespace

http::Handler withRequestLines(http::Handler handler, TerminalLog& log, std::string worker,
                               std::function<std::string_view()> remark) {
  return [handler = std::move(handler), &log, worker = std::move(worker),
          remark = std::move(remark), count = std::make_shared<std::uint64_t>(0)](
             io::RequestHead head, std::unique_ptr<io::BodySource> body) -> http::Answer {
    head.number = ++*count;
    Line line{log,
              worker,
              head.number,
              textOf(head.message.method_string()),
              textOf(head.message.target()),
              Clock::now()};
    return laterAnswer(handler(std::move(head), std::move(body)),
                       [line = std::move(line), remark](io::Response* response) {
                         line.write(response ? response->status : 0, remark ? remark() : "");
                       });
  };
}

}  // namespace lathe::cli
