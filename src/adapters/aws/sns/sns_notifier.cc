#include "adapters/aws/sns/sns_notifier.h"

#include "adapters/aws/core/uri.h"

namespace varve::aws {
namespace {

constexpr size_t kSubjectMax = 99;  // SNS: fewer than 100 characters, printable ASCII

// A line that SNS takes: it refuses the whole message for one character that an e-mail's subject
// may not have.
std::string Subject(const Alert& alert) {
  std::string subject = "varve " + alert.pipeline + ": " + alert.subject;
  for (char& c : subject) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (subject.size() > kSubjectMax) subject = subject.substr(0, kSubjectMax - 3) + "...";
  return subject;
}

}  // namespace

Status SnsNotifier::Notify(const Alert& alert) {
  const std::string body = EscapeQuery(
      {{"Action", "Publish"},
       {"Version", "2010-03-31"},
       {"TopicArn", topic_arn_},
       {"Subject", Subject(alert)},
       {"Message", alert.subject + "\n\npipeline " + alert.pipeline + "\n" + alert.body}});
  AwsRequest request;
  request.service = "sns";
  request.endpoint = endpoint_;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = body;
  const auto sent = client_.Call(request, "publish to the topic");
  if (!sent.ok()) return sent.error();
  return Ok{};
}

}  // namespace varve::aws
