#include "engine/http/readiness.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace lathe::http {

namespace {

int newSet() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

}  // namespace

Readiness::Readiness(boost::asio::io_context& loop) : loop_(loop), set_(loop, newSet()) {}

void Readiness::add(int socket, Watcher& watcher) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watcher;
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, socket, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
  ++watchers_;
  await();
}

void Readiness::remove(int socket, Watcher& watcher) {
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
  for (auto i = told_; i < batchSize_; ++i) {
    if (batch_[i].data.ptr == &watcher) batch_[i].data.ptr = nullptr;
  }
  // A wait for nothing would keep the loop from ending.
  if (--watchers_ == 0) set_.cancel();
}

void Readiness::await() {
  if (awaiting_ || watchers_ == 0) return;
  awaiting_ = true;
  set_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                  [this, alive = std::weak_ptr(alive_)](const boost::system::error_code&) {
                    if (alive.expired()) return;
                    awaiting_ = false;
                    tell();
                  });
}

void Readiness::tell() {
  // When there was more than one there are others by now, and to ask costs less than to wait.
  for (int batches = 0; batches < kBatchesMax && tellBatch() > 1;) ++batches;
  await();
}

std::size_t Readiness::tellBatch() {
  const int count =
      ::epoll_wait(set_.native_handle(), batch_.data(), static_cast<int>(batch_.size()), 0);
  batchSize_ = static_cast<std::size_t>(std::max(count, 0));
  const auto told = batchSize_;
  for (told_ = 0; told_ < batchSize_;) {
    const auto& event = batch_[told_++];
    if (event.data.ptr) static_cast<Watcher*>(event.data.ptr)->ready(event.events);
  }
  batchSize_ = 0;
  return told;
}

}  // namespace lathe::http
