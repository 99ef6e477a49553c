"""Objects in buckets: directories here, S3 through boto3. A bucket is small enough to be pickled.

Reading names the version that is meant; when there is no such version (any more), Missing is
raised, and anything else that goes wrong is left to Spark, which tries the task again.
"""

import functools
import os
import re
import shutil
import urllib.parse
from dataclasses import dataclass

MAGIC_BYTES = 4
_BLOCK_BYTES = 8 << 20
_TAIL_BYTES = 1 << 20  # looked through at once for the end of a range's last line
_ETAG = re.compile(r'"?([0-9a-f]{32}(?:-\d+)?)"?')
_GONE = {"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "PreconditionFailed", "MethodNotAllowed",
         "404", "405", "412"}


class Missing(Exception):
    """The object has no such version."""


def _end_of_line(read, at, size):
    """Where the line ends that the byte before `at` is in; `read(begin, end)` gives bytes."""
    if at >= size or read(at - 1, at) == b"\n":
        return min(at, size)
    while at < size:
        block = read(at, min(at + _TAIL_BYTES, size))
        newline = block.find(b"\n")
        if newline >= 0:
            return at + newline + 1
        at += len(block)
    return size


@dataclass(frozen=True)
class Directory:
    """A bucket that is a directory; keys are paths below it."""

    root: str

    def _path(self, key):
        path = os.path.normpath(os.path.join(self.root, key))
        if not path.startswith(os.path.normpath(self.root) + os.sep):
            raise ValueError(f"key {key!r} leads out of {self.root}")
        return path

    def _checked(self, key, version):
        path = self._path(key)
        try:
            stat = os.stat(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Missing(f"{key}: not found") from error
        if version and version != f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}":
            raise Missing(f"{key}: version {version} was replaced")
        return path

    def beginning(self, key, version):
        with open(self._checked(key, version), "rb") as file:
            return file.read(MAGIC_BYTES)

    def fetch(self, key, version, _span, _path):
        """Where the object's bytes can be read: nothing needs to be copied."""
        return self._checked(key, version)

    def get_file(self, key, path):
        shutil.copyfile(self._path(key), path)

    def put_file(self, key, path):
        """Under its name appears the whole file or nothing."""
        final = self._path(key)
        os.makedirs(os.path.dirname(final), exist_ok=True)
        partial = f"{final}.{os.getpid()}.tmp"
        shutil.copyfile(path, partial)
        os.replace(partial, final)

    def names(self, prefix):
        """Of the objects right below it."""
        folder = self._path(prefix)
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def put_text(self, key, text):
        final = self._path(key)
        os.makedirs(os.path.dirname(final), exist_ok=True)
        partial = f"{final}.{os.getpid()}.tmp"
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, final)

    def url(self, key, _scheme):
        return "file://" + urllib.parse.quote(self._path(key))


@functools.lru_cache(maxsize=None)
def _s3():
    """One client a process. boto3 reads AWS_ENDPOINT_URL, the region and credentials itself."""
    import boto3  # not needed where everything is local
    from botocore.config import Config

    return boto3.client("s3", config=Config(retries={"mode": "standard", "max_attempts": 8}))


@dataclass(frozen=True)
class S3Bucket:
    name: str

    def _get(self, key, version, span=None):
        """The response for exactly this version; bytes [begin, end) of it."""
        from botocore.exceptions import ClientError

        wanted = {"Bucket": self.name, "Key": key}
        etag = _ETAG.fullmatch(version)
        if etag:
            wanted["IfMatch"] = f'"{etag[1]}"'
        elif version:
            wanted["VersionId"] = version
        if span:
            wanted["Range"] = f"bytes={span[0]}-{span[1] - 1}"
        try:
            return _s3().get_object(**wanted)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise Missing(f"s3://{self.name}/{key}: version {version} is gone") from error
            raise

    def beginning(self, key, version):
        return self._get(key, version, (0, MAGIC_BYTES))["Body"].read()

    def fetch(self, key, version, span, path):
        """Copies the object to `path`, of a span only the lines that begin there: a sparse file
        that has these bytes where the object has them."""
        if span is None:
            with open(path, "wb") as file:
                shutil.copyfileobj(self._get(key, version)["Body"], file, _BLOCK_BYTES)
            return path
        begin = max(span[0] - 1, 0)  # whether a line begins at span[0], the byte before it tells
        response = self._get(key, version, (begin, span[1]))
        size = int(response["ContentRange"].rpartition("/")[2])
        with open(path, "w+b") as file:
            file.seek(begin)
            shutil.copyfileobj(response["Body"], file, _BLOCK_BYTES)
            last = file.tell()

            def read(start, end):
                if start < last:
                    file.seek(start)
                    return file.read(end - start)
                return self._get(key, version, (start, end))["Body"].read()

            end = _end_of_line(read, last, size)
            file.seek(last)
            for start in range(last, end, _TAIL_BYTES):
                file.write(read(start, min(start + _TAIL_BYTES, end)))
        return path

    def get_file(self, key, path):
        _s3().download_file(self.name, key, path)

    def put_file(self, key, path):
        _s3().upload_file(path, self.name, key)

    def names(self, prefix):
        pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [found["Key"].removeprefix(prefix)
                for page in pages for found in page.get("Contents", ())]

    def put_text(self, key, text):
        _s3().put_object(Bucket=self.name, Key=key, Body=text.encode("utf-8"),
                         ContentType="application/json")

    def url(self, key, scheme):
        """For Spark, which knows S3 by one scheme or another."""
        return f"{scheme}://{self.name}/{key}"


def _without_scheme(url):
    if url.startswith("file://"):
        return urllib.parse.unquote(url.removeprefix("file://"))
    return url


def split_url(url, mark, root=None):
    """(bucket, key). The bucket of a path is what stands before `mark` in it, or `root`."""
    if url.startswith("s3://"):
        bucket, _, key = url.removeprefix("s3://").partition("/")
        return "s3://" + bucket, key
    path = _without_scheme(url)
    if mark:
        head, found, tail = path.rpartition(mark)
        if not found:
            raise ValueError(f"{path} is not below {mark}")
        return head or ".", found + tail
    if not path.startswith(root):
        return path, ""
    return root, path.removeprefix(root).lstrip("/")


def open_bucket(name):
    """S3 buckets are named bare, as in manifests, or as s3://NAME; directories by their path."""
    if name.startswith("s3://"):
        return S3Bucket(name.removeprefix("s3://"))
    return Directory(_without_scheme(name)) if "/" in name or name == "." else S3Bucket(name)


def read_text(url):
    if url.startswith("s3://"):
        bucket, key = split_url(url, None)
        return S3Bucket(bucket.removeprefix("s3://"))._get(key, "")["Body"].read().decode("utf-8")
    with open(_without_scheme(url), encoding="utf-8") as file:
        return file.read()
