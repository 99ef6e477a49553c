# Sourced by deploy.sh and destroy.sh: which pipeline, which account, and how to give up.
# shellcheck shell=bash disable=SC2034 # the variables are for those that source this

fail() {
  echo "$*" >&2
  exit 1
}

pipeline=${PIPELINE:-main}
stack=varve-$pipeline
[[ $pipeline =~ ^[a-z][a-z0-9-]{0,22}[a-z0-9]$ ]] ||
  fail "PIPELINE=$pipeline: 2 to 24 small letters, digits and hyphens, for it is a part of bucket names"

# Sets account and region, or says what is missing.
require_aws() {
  command -v aws >/dev/null || fail "the AWS CLI is not installed (Debian: apt-get install awscli)"
  region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
  [[ -n $region ]] || fail "no region; set AWS_REGION, or use aws configure"
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER=""
  account=$(aws sts get-caller-identity --query Account --output text) ||
    fail "AWS does not accept the credentials; set AWS_PROFILE, or use aws configure"
}
