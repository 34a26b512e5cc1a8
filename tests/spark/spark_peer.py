"""A real Spark beside stoker: found, never installed. pyspark from PyPI brings spark-sql; Java 17 runs it."""
import os
import shutil
import subprocess
import unittest

CONF = ["--master", "local[2]", "--driver-memory", "2g",
        "--conf", "spark.ui.enabled=false",
        "--conf", "spark.ui.showConsoleProgress=false",
        "--conf", "spark.sql.session.timeZone=UTC",
        "--conf", "spark.sql.catalogImplementation=in-memory"]


def spark_home():
    """Where Spark is: $SPARK_HOME, or the pyspark package. A test without one is skipped, and says so."""
    home = os.environ.get("SPARK_HOME")
    if not home:
        try:
            import pyspark
        except ImportError:
            raise unittest.SkipTest("no Spark: neither SPARK_HOME nor the Python package pyspark") from None
        home = os.path.dirname(pyspark.__file__)
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
    if not shutil.which(java):
        raise unittest.SkipTest("no Java")
    return home


def spark_sql(folder, *words, timeout=500):
    """Runs spark-sql in `folder`, where its warehouse then lies; gives what it printed."""
    argv = [os.path.join(spark_home(), "bin", "spark-sql"), *CONF, *words]
    env = dict(os.environ, SPARK_LOCAL_IP="127.0.0.1")
    r = subprocess.run(argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                       timeout=timeout)
    if r.returncode:
        raise AssertionError(f"spark-sql {' '.join(words)}: status {r.returncode}\n{r.stderr[-4000:]}")
    return r.stdout
