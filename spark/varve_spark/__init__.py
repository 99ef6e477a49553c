"""varve on Spark. varve_job.py runs it; docs/spark.md describes it."""
