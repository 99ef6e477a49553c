"""Brings what executors need to them: this package, and the binary."""

import atexit
import functools
import os
import pathlib
import shutil
import tempfile
import zipfile

from pyspark import SparkFiles

ARCHIVE_FOLDER = "varve-native"
_PACKAGE = pathlib.Path(__file__).parent


@functools.lru_cache(maxsize=1)
def _package_archive():
    """Kept until this process ends: executors may ask for it at any time."""
    folder = tempfile.mkdtemp(prefix="varve-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = os.path.join(folder, f"{_PACKAGE.name}.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for source in sorted(_PACKAGE.glob("*.py")):
            archive.write(source, f"{_PACKAGE.name}/{source.name}")
    return path


def ship_package(spark):
    """When the job runs from a checkout. With --py-files (Glue: --extra-py-files) Spark did it."""
    if _PACKAGE.is_dir():
        spark.sparkContext.addPyFile(_package_archive())


def ship_binary(spark, path):
    """What binary_path() finds it by on any machine of the cluster."""
    places = [path, SparkFiles.get(os.path.basename(path))]  # the second: where --files puts it
    path = next(filter(os.path.exists, places), None)
    if path is None:
        raise FileNotFoundError(
            f"{places[0]}: not there; give the driver the binary (--varve), or use --engine spark")
    if path.endswith((".tar.gz", ".tgz", ".zip")):
        spark.sparkContext.addArchive(f"{os.path.abspath(path)}#{ARCHIVE_FOLDER}")
        return f"{ARCHIVE_FOLDER}/varve"
    spark.sparkContext.addFile(os.path.abspath(path))
    return os.path.basename(path)


def binary_path(name):
    path = SparkFiles.get(name)
    os.chmod(path, 0o755)  # Spark does not keep the mode
    return path
