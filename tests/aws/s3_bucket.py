"""A bucket as boto3 has it: what varve wrote is read, and what it reads was written, by other code
than its own."""

import boto3
from botocore.config import Config


class Bucket:
    """A new bucket at the endpoint of `env`."""

    def __init__(self, env, name):
        self.name = name
        self.client = boto3.client(
            "s3", endpoint_url=env["AWS_ENDPOINT_URL_S3"], region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}))
        self.client.create_bucket(Bucket=name)

    def url(self, key):
        return f"s3://{self.name}/{key}"

    def put(self, key, content):
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def keys(self, prefix=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name,
                                                                      Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def has_uploads(self):
        """Whether there are multipart uploads that were neither completed nor aborted."""
        return bool(self.client.list_multipart_uploads(Bucket=self.name).get("Uploads"))
