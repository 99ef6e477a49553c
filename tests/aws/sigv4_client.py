"""A second, independent client of S3, of the standard library alone: what varve wrote is read, and
what it reads was written, by other code than its own.
"""

import datetime
import hashlib
import hmac
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Bucket:
    """One bucket at an endpoint, path style."""

    def __init__(self, env, name):
        self.endpoint = env["AWS_ENDPOINT_URL_S3"]
        self.key_id, self.secret = env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
        self.region = env["AWS_REGION"]
        self.name = name

    def url(self, key):
        return f"s3://{self.name}/{key}"

    def make(self):
        self.call("PUT", "")

    def put(self, key, content):
        self.call("PUT", key, body=content)

    def get(self, key):
        return self.call("GET", key)

    def delete(self, key):
        self.call("DELETE", key)

    def keys(self, prefix=""):
        found, token = [], None
        while True:
            query = {"list-type": "2", "prefix": prefix}
            if token:
                query["continuation-token"] = token
            root = ElementTree.fromstring(self.call("GET", "", query))
            space = root.tag[:root.tag.index("}") + 1]
            found += [node.findtext(f"{space}Key") for node in root.iter(f"{space}Contents")]
            token = root.findtext(f"{space}NextContinuationToken")
            if root.findtext(f"{space}IsTruncated") != "true":
                return found

    def has_uploads(self):
        """Whether there are multipart uploads that were neither completed nor aborted."""
        root = ElementTree.fromstring(self.call("GET", "", {"uploads": ""}))
        return any(node.tag.endswith("}Upload") or node.tag == "Upload" for node in root.iter())

    def call(self, method, key, query=None, body=b""):
        host = self.endpoint.partition("://")[2]
        path = urllib.parse.quote(f"/{self.name}/{key}", safe="/~")
        text = "&".join(f"{urllib.parse.quote(k, safe='~')}={urllib.parse.quote(v, safe='~')}"
                        for k, v in sorted((query or {}).items()))
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
        canonical = "\n".join([method, path, text,
                               *(f"{name}:{value}" for name, value in headers.items()), "",
                               ";".join(headers), digest])
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope,
                             hashlib.sha256(canonical.encode()).hexdigest()])
        signing = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            signing = sign(signing, part)
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key_id}/{scope}, "
            f"SignedHeaders={';'.join(['host', 'x-amz-content-sha256', 'x-amz-date'])}, "
            f"Signature={sign(signing, to_sign).hex()}")
        request = urllib.request.Request(f"{self.endpoint}{path}?{text}", method=method,
                                         data=body or None, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
