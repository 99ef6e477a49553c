"""Independent value-by-value check of `varve convert`: Python's json against Parquet readers."""
