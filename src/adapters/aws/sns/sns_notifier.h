// SnsNotifier: alerts to a topic of Amazon SNS, whose subscribers are e-mail, chat or pagers.
#pragma once

#include <string>
#include <utility>

#include "adapters/aws/core/aws_client.h"
#include "ports/notifier.h"

namespace varve::aws {

// Thread-safe.
class SnsNotifier : public Notifier {
 public:
  // `client` must outlive it. `endpoint` without a slash at its end.
  SnsNotifier(AwsClient& client, std::string endpoint, std::string topic_arn)
      : client_(client), endpoint_(std::move(endpoint)), topic_arn_(std::move(topic_arn)) {}

  Status Notify(const Alert& alert) override;

 private:
  AwsClient& client_;
  const std::string endpoint_;
  const std::string topic_arn_;
};

}  // namespace varve::aws
