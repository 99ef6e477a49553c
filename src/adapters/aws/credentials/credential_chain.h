// CredentialChain: credentials from wherever AWS's tools look for them, in the AWS CLI's order:
//
//   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN      environment_credentials.h
//   2. the profile's role_arn                                           role_credentials.h
//   3. AWS_WEB_IDENTITY_TOKEN_FILE, or the profile's                    web_identity_credentials.h
//   4. the profile: IAM Identity Center, keys, credential_process       profile_credentials.h
//   5. the container                                                    container_credentials.h
//   6. the EC2 instance                                                 instance_credentials.h
//
// The profile is AWS_PROFILE's, else "default" (core/profile_files.h). The first place that has
// credentials, or something wrong with them, decides. Nothing is looked at before it is needed, and
// what is found is kept until it expires (cached_credentials.h).
// Source: "Standardized credential providers" of the AWS SDKs and Tools Reference Guide; the order
// is botocore's (docs/decisions/0039-credential-chain.md).
#pragma once

#include "adapters/aws/credentials/cached_credentials.h"
#include "adapters/aws/credentials/credential_context.h"

namespace varve::aws {

// Thread-safe, if `random` is.
class CredentialChain : public CredentialsProvider {
 public:
  CredentialChain(HttpClient& http, const Clock& clock, Random& random,
                  Environment environment = ProcessEnvironment);

  // kPermission: there are none; the message names each place and why it has none. Other errors
  // are of the place that has something wrong, which they name.
  Result<Credentials> Get() override { return cached_.Get(); }
  void Forget(const Credentials& refused) override { cached_.Forget(refused); }

 private:
  const CredentialContext context_;
  CachedCredentials cached_;
};

}  // namespace varve::aws
