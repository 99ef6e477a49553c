"""The frame of every convert.py: `convert.py SRC DST THREADS SETTINGS` in a fresh process.

SETTINGS is a JSON object. One JSON line goes to stdout: wall and CPU seconds from the call of the
conversion until the file is closed (the interpreter's start and the library's import are outside), and
the peak memory of the process. A rival that is a program is measured as that whole process.
"""

import json
import os
import re
import resource
import subprocess
import sys
import time


def main(convert):
    """For a library: convert(source, destination, threads, settings) does the work in this process."""
    source, destination, threads, settings = sys.argv[1:5]
    before, start = cpu_seconds(resource.getrusage(resource.RUSAGE_SELF)), time.perf_counter()
    convert(source, destination, int(threads), json.loads(settings))
    elapsed = time.perf_counter() - start
    print_result(
        elapsed, cpu_seconds(resource.getrusage(resource.RUSAGE_SELF)) - before, peak_rss_kib()
    )


def main_program(make_command):
    """For a program: make_command(source, destination, threads, settings) gives its command line."""
    source, destination, threads, settings = sys.argv[1:5]
    command = make_command(source, destination, int(threads), json.loads(settings))
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit status {process.returncode}")
    print_result(elapsed, cpu_seconds(usage), usage.ru_maxrss)


def cpu_seconds(usage):
    return usage.ru_utime + usage.ru_stime


def peak_rss_kib():
    # Not ru_maxrss: that one remembers the process that forked this one.
    return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])


def print_result(seconds, cpu, rss_kib):
    print(
        json.dumps(
            {
                "seconds": round(seconds, 5),
                "cpu_seconds": round(cpu, 3),
                "peak_rss_mib": rss_kib // 1024,
            }
        )
    )
