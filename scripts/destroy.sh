#!/bin/bash
# Removes one pipeline from AWS. Refuses while its buckets hold anything, unless told.
set -euo pipefail
cd "$(dirname "$0")/.."

help() {
  cat <<'END'
usage: make destroy [PIPELINE=NAME] [EMPTY_BUCKETS=1] [DRY_RUN=1]
       scripts/destroy.sh

Deletes the stack varve-PIPELINE with all its resources. While a bucket of it holds anything, old
versions included, nothing is deleted. The artefact bucket stays, for other pipelines use it.

  PIPELINE          name of the pipeline [main]
  EMPTY_BUCKETS=1   delete all that is in the buckets, in all versions: input, manifests and output
  DRY_RUN=1         show what would be deleted, and delete nothing
END
}

source scripts/aws_common.sh
[[ ${1:-} == --help || ${1:-} == -h ]] && { help; exit 0; }
[[ $# -eq 0 ]] || fail "$1: not known; see scripts/destroy.sh --help"
require_aws
aws cloudformation describe-stacks --stack-name "$stack" >/dev/null 2>&1 ||
  fail "there is no stack $stack in $region of account $account"

resources() { # TYPE: names of the stack's resources of it
  aws cloudformation list-stack-resources --stack-name "$stack" --output text --query \
    "StackResourceSummaries[?ResourceType=='$1' && ResourceStatus!='DELETE_COMPLETE'].PhysicalResourceId" |
    tr '\t' '\n'
}

versions() { # BUCKET LIMIT: up to so many versions and delete markers, as delete-objects takes them
  aws s3api list-object-versions --bucket "$1" --max-items "$2" --output json \
    --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}, Quiet: `true`}'
}

holds_something() { [[ $(versions "$1" 1) == *'"Key"'* ]]; }

mapfile -t buckets < <(resources AWS::S3::Bucket)
full=()
for bucket in "${buckets[@]}"; do
  [[ -n $bucket ]] && holds_something "$bucket" && full+=("$bucket")
done

if [[ ${#full[@]} -gt 0 && -z ${EMPTY_BUCKETS:-} ]]; then
  printf 's3://%s is not empty\n' "${full[@]}" >&2
  fail "nothing was deleted; EMPTY_BUCKETS=1 deletes what is in them, in all versions, for good"
fi
if [[ -n ${DRY_RUN:-} ]]; then
  [[ ${#full[@]} -gt 0 ]] && printf 'would empty s3://%s\n' "${full[@]}"
  echo "would delete the stack $stack in $region of account $account (DRY_RUN)"
  exit 0
fi

# Nothing must arrive, or be written, while its bucket is emptied.
mapfile -t mappings < <(resources AWS::Lambda::EventSourceMapping)
for mapping in "${mappings[@]}"; do
  [[ -n $mapping && ${#full[@]} -gt 0 ]] &&
    aws lambda update-event-source-mapping --uuid "$mapping" --no-enabled >/dev/null
done
batch=$(mktemp)
trap 'rm -f "$batch"' EXIT
for bucket in "${full[@]}"; do
  echo "emptying s3://$bucket"
  while versions "$bucket" 1000 >"$batch" && grep -q '"Key"' "$batch"; do
    aws s3api delete-objects --bucket "$bucket" --delete "file://$batch" >/dev/null
  done
done

echo "deleting the stack $stack"
aws cloudformation delete-stack --stack-name "$stack"
aws cloudformation wait stack-delete-complete --stack-name "$stack" ||
  fail "$stack was not deleted; the console's events say what is in the way"
echo "$stack is gone"
