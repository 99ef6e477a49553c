#include "s3_server.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "adapters/aws/core/environment_credentials.h"

namespace varve {
namespace {

struct Server {
  HttpClient http;
  aws::EnvironmentCredentials credentials;
  aws::AwsClient client{http, credentials, SystemClock(), SystemRandom(), aws::AwsClientSettings{}};
};

// One client for all: buckets of the tests share its connections, as a program's do.
Server& TheServer() {
  static Server server;
  return server;
}

std::string NewBucketName() {
  static std::atomic<int> count = 0;
  static const auto start = std::chrono::system_clock::now().time_since_epoch().count();
  return "contract-" + std::to_string(start) + "-" + std::to_string(++count);
}

void CallOrDie(const aws::AwsRequest& request) {
  const auto done = TheServer().client.Call(request, "make a bucket");
  if (done.ok()) return;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  std::abort();
}

}  // namespace

bool HasS3Server() { return std::getenv("VARVE_TEST_S3") != nullptr; }

std::unique_ptr<ObjectStore> MakeS3Store(const std::filesystem::path&) {
  const std::string name = NewBucketName();
  const aws::S3Address address{std::getenv("VARVE_TEST_S3"), "/" + name + "/"};
  const aws::S3Bucket bucket(TheServer().client, name, address);
  CallOrDie(bucket.Request("PUT", ""));
  if (std::getenv("VARVE_TEST_S3_VERSIONING") != nullptr) {
    aws::AwsRequest request = bucket.Request("PUT", "", {{"versioning", ""}});
    request.body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    CallOrDie(request);
  }
  return std::make_unique<aws::S3ObjectStore>(TheServer().client, name, address);
}

}  // namespace varve
