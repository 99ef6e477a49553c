"""The job document: everything that a job needs to know (docs/internals/aws.md)."""

import json
from dataclasses import dataclass

from varve_spark.storage import open_bucket, read_text, split_url

STAGING_ROOT = "_varve/staging/"
ADDED_COLUMNS_KEY = "source-column"


@dataclass(frozen=True)
class InputFile:
    """A file of the manifest: exactly this version of it is meant."""

    bucket: str
    key: str
    version: str
    size_bytes: int
    compression: str
    date: str  # YYYY-MM-DD, of its partition

    @property
    def ref(self):
        return [self.bucket, self.key, self.version]


@dataclass(frozen=True)
class Job:
    """One batch to convert, and where to."""

    files: tuple
    convert: dict
    schema: object  # a schema document, or None
    pinned: bool
    batch: str  # as it stands in file names
    bucket: object  # of the outputs
    staging: str  # key prefixes in it, ending in "/"
    output: str

    @property
    def evolves(self):
        """Whether what the files hold may change the schema."""
        return self.convert.get("mode", "evolve") == "evolve" and not self.is_pinned

    @property
    def is_pinned(self):
        return self.pinned and self.schema is not None

    @property
    def may_split_files(self):
        """Line numbers in the data, and limits on bad lines, need a file as a whole."""
        return self.convert.get(ADDED_COLUMNS_KEY, "false") != "true" and \
            not self.convert.get("max-errors")


def _input_file(entry, day):
    return InputFile(entry["bucket"], entry["key"], entry["version"], entry["size_bytes"],
                     entry["compression"], day or entry["partition_date"])


def _prefix(text):
    return text if not text or text.endswith("/") else text + "/"


def parse_job(document):
    """A Job of the parsed document; ValueError when it is of a version that is not known."""
    if document["version"] != 1 or document["manifest"]["varve_manifest"] != 1:
        raise ValueError("this job document is of another version than 1")
    manifest, convert = document["manifest"], dict(document["convert"])
    day = None
    if convert.get("partition") == "arrival":
        # The day of the manifest, not of the clock: a repeated job must make the same files.
        convert["partition"], day = "filename-date", manifest["created"][:10]
    root, staging = split_url(document["staging"], STAGING_ROOT)
    output_root, output = split_url(document["output"], None, root)
    if output_root != root:
        raise ValueError("output and staging must be in one bucket, for results to be moved")
    return Job(tuple(_input_file(entry, day) for entry in manifest["files"]), convert,
               document["schema"], document["pinned"], manifest["batch"].replace("/", "-"),
               open_bucket(root), _prefix(staging), _prefix(output))


def read_job(url):
    return parse_job(json.loads(read_text(url)))
