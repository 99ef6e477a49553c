"""A Spark session for a module of tests, and the job's own modules on the path."""

import contextlib
import importlib.util
import os
import shutil
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "spark"))


@contextlib.contextmanager
def spark_session(**settings):
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("there is no java for pyspark")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession
    builder = (SparkSession.builder.master("local[2,4]").appName("varve")  # 4 tries a task
               .config("spark.ui.enabled", "false")
               .config("spark.sql.shuffle.partitions", "1")
               .config("spark.driver.memory", "1g"))
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")  # tests make tasks fail
    yield session
    session.stop()


@pytest.fixture(scope="module")
def spark():
    with spark_session() as session:
        yield session
