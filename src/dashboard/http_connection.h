// HttpConnection: one connection to HttpServer: reads a request, has it answered, and again, until
// either side has enough.
//
// Everything happens on the strand of its socket, so nothing here is locked. It lives as long as it
// waits for something.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "dashboard/http_message.h"

namespace varve::dashboard {

// What the connections of a server have in common; outlives them.
struct HttpService {
  HttpHeaders headers;  // of every answer
  HttpHandler handler;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, const HttpService& service)
      : stream_(std::move(socket)), service_(service) {}

  void Begin();
  // From any thread: answers what was asked, and is gone.
  void End();

 private:
  using ErrorCode = boost::system::error_code;
  using StringBody = boost::beast::http::string_body;

  void Read();
  void OnHeader(ErrorCode error);
  void ReadBody();
  void OnRequest(ErrorCode error);
  void Refuse(ErrorCode error);
  void Send(HttpResponse answer, bool keep_alive);
  void Finish();
  void Drain();
  void Close();

  boost::beast::tcp_stream stream_;
  const HttpService& service_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<StringBody>> parser_;
  boost::beast::http::response<StringBody> response_;
  bool answering_ = false;
  bool ending_ = false;
};

}  // namespace varve::dashboard
