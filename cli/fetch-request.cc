#include "cli/fetch-request.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "cli/read-file.h"
#include "cli/usage-error.h"
#include "engine/web/url.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

// Bytes in hand.
class BytesBody final : public io::BodySource {
 public:
  explicit BytesBody(std::string bytes) : bytes_(std::move(bytes)), length_(bytes_.size()) {}

  std::optional<std::uint64_t> length() const override { return length_; }
  io::Pending<std::string> read() override {
    return io::Pending<std::string>::ready(std::exchange(bytes_, {}));
  }

 private:
  std::string bytes_;
  std::uint64_t length_;
};

bool isTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(c)) || kOthers.find(c) != std::string_view::npos;
}
bool isToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, isTokenCharacter);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

std::string readStandardInput() {
  std::string content;
  std::array<char, 65'536> piece;
  for (;;) {
    ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(got));
  }
}

std::string dataOf(const std::string& word) {
  if (!word.starts_with('@')) return word;
  if (word == "@-") return readStandardInput();
  try {
    return readFile(word.substr(1));
  } catch (const FileError& error) {
    throw UsageError("-d " + word + ": the file " + error.what());
  }
}

void addHeader(io::RequestHead& head, const std::string& line) {
  std::size_t end = line.find_first_of(":;");
  std::string_view name = std::string_view(line).substr(0, end);
  std::string_view value =
      end == std::string::npos ? "" : trimmed(std::string_view(line).substr(end + 1));
  bool empty = end != std::string::npos && line[end] == ';';
  if (end == std::string::npos || !isToken(name) || (empty && !value.empty())) {
    throw UsageError("-H expects \"Name: value\"; found \"" + line + "\"");
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw UsageError("-H: the value of \"" + std::string(name) + "\" has a line break in it");
  }
  // Ours give way to the user's; the user's own add up.
  static constexpr std::array<std::string_view, 4> kReplaced = {"accept", "content-type", "host",
                                                                "user-agent"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  bool removes = value.empty() && !empty;
  if (removes || std::ranges::find(kReplaced, lower) != kReplaced.end()) {
    head.message.erase(std::string(name));
  }
  if (!removes) head.message.insert(std::string(name), std::string(value));
}

}  // namespace

bool looksLikeUrl(std::string_view word) {
  return word.starts_with('/') || word.find("://") != std::string_view::npos;
}

FetchRequest makeRequest(const RequestDescription& description, std::string_view origin) {
  FetchRequest request;
  bool whole = description.url.find("://") != std::string::npos;
  // Put together as text, so that `//x` stays a path.
  auto url = web::Url::parse(whole ? description.url : std::string(origin) + description.url);
  if (!url) throw UsageError("\"" + description.url + "\" is not a valid URL");
  if (url->scheme() != "http" && url->scheme() != "https") {
    throw UsageError("\"" + description.url + "\" is neither http: nor https:");
  }

  io::RequestHead& head = request.head;
  head.message.version(11);
  head.clientAddress = "127.0.0.1";
  if (whole) {
    head.message.target(std::string(url->hrefWithoutFragment()));
  } else {
    head.origin = origin;
    head.message.target(std::string(url->pathname()) + std::string(url->search()));
  }
  head.message.insert("Host", std::string(url->host()));
  head.message.insert("User-Agent", "lathe/" LATHE_VERSION);
  head.message.insert("Accept", "*/*");

  std::string method = description.method;
  if (method.empty()) method = description.data.empty() ? "GET" : "POST";
  if (!isToken(method)) throw UsageError("-X expects a method; found \"" + method + "\"");
  head.message.method_string(method);

  if (!description.data.empty()) head.message.insert("Content-Type", std::string(kFormType));
  for (const std::string& line : description.headers) addHeader(head, line);
  if (!description.data.empty()) {
    std::string body;
    for (std::size_t i = 0; i < description.data.size(); ++i) {
      body += (i == 0 ? "" : "&") + dataOf(description.data[i]);
    }
    head.message.set("Content-Length", std::to_string(body.size()));
    request.body = std::make_unique<BytesBody>(std::move(body));
  }
  return request;
}

}  // namespace lathe::cli
