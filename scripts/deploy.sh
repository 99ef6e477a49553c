#!/bin/bash
# Deploys one pipeline to AWS, or updates it. docs/aws/README.md is the guide.
set -euo pipefail
cd "$(dirname "$0")/.."

help() {
  cat <<'END'
usage: make deploy [PIPELINE=NAME] [PARAMETERS="NAME=VALUE ..."] [DRY_RUN=1]
       scripts/deploy.sh [NAME=VALUE ...]

Uploads the functions' zip, the Spark job and the program it runs to the artefact bucket, and creates
or updates the stack varve-PIPELINE from infra/template.yaml. Parameters that are not given keep the
value they have in the stack. Uploads are named by their content, so nothing is sent twice.

  PIPELINE          name of the pipeline [main]
  PARAMETERS        parameters of the template, such as "MinFiles=20 AlertEmail=ops@example.com"
  DRY_RUN=1         upload, show what would change, and change nothing
  LAMBDA_ZIP        the functions' zip [build/lambda/varve.zip]
  SPARK_BUNDLE      folder of varve.tar.gz and varve_spark.zip [build/spark]
  ARTEFACT_BUCKET   where uploads go [varve-artefacts-ACCOUNT-REGION, made when it is not there]

Region and credentials are the AWS CLI's: AWS_REGION, AWS_PROFILE, aws configure.
END
}

source scripts/aws_common.sh
[[ ${1:-} == --help || ${1:-} == -h ]] && { help; exit 0; }
for parameter in "$@"; do
  [[ $parameter == *=* ]] || fail "$parameter: not NAME=VALUE; see scripts/deploy.sh --help"
done

zip=${LAMBDA_ZIP:-build/lambda/varve.zip}
bundle=${SPARK_BUNDLE:-build/spark}
declare -A artefacts=(
  [LambdaKey]=$zip
  [SparkScriptKey]=spark/varve_job.py
  [SparkPackageKey]=$bundle/varve_spark.zip
  [SparkBinaryKey]=$bundle/varve.tar.gz
)
for file in "${artefacts[@]}"; do
  [[ -f $file ]] || fail "$file is not there; make artefacts builds what is uploaded"
done
require_aws

make_artefact_bucket() {
  aws s3api head-bucket --bucket "$bucket" >/dev/null 2>&1 && return
  echo "making the artefact bucket $bucket"
  # us-east-1 is the one region that must not be named here.
  local location=(--create-bucket-configuration "LocationConstraint=$region")
  [[ $region == us-east-1 ]] && location=()
  aws s3api create-bucket --bucket "$bucket" "${location[@]}" >/dev/null
  aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
}

upload() { # FILE: prints its key, which its content determines
  local key
  key=varve/$(sha256sum "$1" | cut -c1-16)/$(basename "$1")
  if ! aws s3api head-object --bucket "$bucket" --key "$key" >/dev/null 2>&1; then
    aws s3 cp --only-show-errors "$1" "s3://$bucket/$key" >&2
  fi
  echo "$key"
}

bucket=${ARTEFACT_BUCKET:-varve-artefacts-$account-$region}
make_artefact_bucket
parameters=("Pipeline=$pipeline" "ArtefactBucket=$bucket")
for name in "${!artefacts[@]}"; do
  key=$(upload "${artefacts[$name]}")
  parameters+=("$name=$key")
done
# The state machine's definition and whatever else the template names by path goes up with it.
packaged=build/infra/packaged.yaml
mkdir -p build/infra
aws cloudformation package --template-file infra/template.yaml --output-template-file "$packaged" \
  --s3-bucket "$bucket" --s3-prefix varve/template >/dev/null

started=$(aws cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].StackStatus' \
  --output text 2>/dev/null || echo none)
[[ $started == ROLLBACK_COMPLETE ]] && fail "$stack was never created: make destroy, then again"

deploy=(aws cloudformation deploy --stack-name "$stack" --template-file "$packaged"
  --s3-bucket "$bucket" --s3-prefix varve/template --capabilities CAPABILITY_IAM
  --no-fail-on-empty-changeset --tags "varve=$pipeline"
  --parameter-overrides "${parameters[@]}" "$@")

if [[ -n ${DRY_RUN:-} ]]; then
  said=$("${deploy[@]}" --no-execute-changeset)
  change_set=$(grep -o 'arn:[^ ]*:changeSet/[^ ]*' <<<"$said" || true)
  if [[ -z $change_set ]]; then
    echo "$stack: nothing would change"
    exit 0
  fi
  aws cloudformation describe-change-set --change-set-name "$change_set" --output table --query \
    'Changes[].ResourceChange.{Action:Action,Resource:LogicalResourceId,Type:ResourceType,Replacement:Replacement}'
  aws cloudformation delete-change-set --change-set-name "$change_set"
  # A stack that only a change set made would be in the way of the next one.
  [[ $started == none ]] && aws cloudformation delete-stack --stack-name "$stack"
  echo "$stack: nothing was changed (DRY_RUN)"
  exit 0
fi

if ! "${deploy[@]}"; then
  aws cloudformation describe-stack-events --stack-name "$stack" --output table --query \
    "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason] | [:10]" >&2
  fail "$stack was not deployed; above is what failed, newest first"
fi
aws cloudformation describe-stacks --stack-name "$stack" --output table \
  --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]'
