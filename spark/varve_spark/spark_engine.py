SparkEngine = None
