#include "dashboard/http_connection.h"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cctype>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include "dashboard/gzip_text.h"

namespace varve::dashboard {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// For a request to come, once the connection or the answer before it has; and for an answer to go.
constexpr std::chrono::seconds kTimeout(5);
constexpr std::chrono::seconds kDrainTimeout(1);
constexpr size_t kHeaderBytesMax = 16 << 10;
constexpr size_t kBodyBytesMax = 64 << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string StringOf(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

HttpRequest RequestOf(const http::request<http::string_body>& message) {
  const std::string target = StringOf(message.target());
  const size_t question = std::min(target.find('?'), target.size());
  HttpRequest request;
  request.method = message.method() == http::verb::head ? "GET" : StringOf(message.method_string());
  request.path = DecodePath(std::string_view(target).substr(0, question));
  request.parameters =
      ParametersOfQuery(std::string_view(target).substr(std::min(question + 1, target.size())));
  for (const auto& field : message) {
    request.headers.emplace(Lower(StringOf(field.name_string())), StringOf(field.value()));
  }
  request.body = message.body();
  return request;
}

HttpResponse PlainAnswer(http::status status) {
  return {static_cast<int>(status),
          "text/plain; charset=utf-8",
          StringOf(http::obsolete_reason(status)) + "\n",
          {}};
}

// What a request that cannot be read is answered; kOk: nobody waits for an answer.
http::status StatusOf(const boost::system::error_code& error) {
  if (error == http::error::body_limit) return http::status::payload_too_large;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return http::status::request_header_fields_too_large;
  }
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
  const bool malformed =
      error.category() == http::make_error_code(http::error::bad_value).category();
  return malformed && !gone ? http::status::bad_request : http::status::ok;
}

HttpResponse Answer(const HttpHandler& handler, const HttpRequest& request) {
  try {
    return handler(request);
  } catch (const std::exception&) {  // from the standard library: a bug, or no memory
    return PlainAnswer(http::status::internal_server_error);
  }
}

}  // namespace

void HttpConnection::Begin() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->Read(); });
}

void HttpConnection::End() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->ending_ = true;
    if (!self->answering_) self->Close();
  });
}

void HttpConnection::Read() {
  answering_ = false;
  if (ending_) return Close();
  parser_.emplace();
  parser_->header_limit(kHeaderBytesMax);
  parser_->body_limit(kBodyBytesMax);
  stream_.expires_after(kTimeout);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode error, size_t) { self->OnHeader(error); });
}

void HttpConnection::OnHeader(ErrorCode error) {
  if (error) return Refuse(error);
  const bool waits = boost::beast::iequals(parser_->get()[http::field::expect], "100-continue");
  if (!waits) return ReadBody();
  asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                    [self = shared_from_this()](ErrorCode failed, size_t) {
                      if (!failed) self->ReadBody();
                    });
}

void HttpConnection::ReadBody() {
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode error, size_t) { self->OnRequest(error); });
}

void HttpConnection::OnRequest(ErrorCode error) {
  if (error) return Refuse(error);
  const auto& message = parser_->get();
  const HttpRequest request = RequestOf(message);
  HttpResponse answer = Answer(service_.handler, request);
  CompressFor(request.Header("accept-encoding"), answer);
  Send(std::move(answer), message.keep_alive());
}

void HttpConnection::Refuse(ErrorCode error) {
  const http::status status = StatusOf(error);
  if (status == http::status::ok) return Close();
  Send(PlainAnswer(status), /*keep_alive=*/false);
}

void HttpConnection::Send(HttpResponse answer, bool keep_alive) {
  answering_ = true;
  const auto& request = parser_->get();
  response_ = {};
  response_.version(request.version());
  response_.result(static_cast<unsigned>(answer.status));
  for (const auto& [name, value] : service_.headers) response_.insert(name, value);
  for (const auto& [name, value] : answer.headers) response_.insert(name, value);
  if (!answer.type.empty()) response_.set(http::field::content_type, answer.type);
  response_.keep_alive(keep_alive && !ending_);
  // "Not modified" has no content whose length could be told.
  if (response_.result() != http::status::not_modified) {
    response_.content_length(answer.body.size());
    if (request.method() != http::verb::head) response_.body() = std::move(answer.body);
  }
  stream_.expires_after(kTimeout);
  http::async_write(stream_, response_, [self = shared_from_this()](ErrorCode error, size_t) {
    if (error) return self->Close();
    if (self->response_.keep_alive()) return self->Read();
    self->Finish();
  });
}

// Closing a socket that has bytes nobody read would make the peer forget the answer.
void HttpConnection::Finish() {
  answering_ = false;
  ErrorCode error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error || ending_) return Close();
  stream_.expires_after(kDrainTimeout);
  Drain();
}

void HttpConnection::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kHeaderBytesMax),
                          [self = shared_from_this()](ErrorCode error, size_t) {
                            if (error) return self->Close();
                            self->Drain();
                          });
}

void HttpConnection::Close() { stream_.close(); }

}  // namespace varve::dashboard
