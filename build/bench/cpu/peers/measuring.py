"""What every peer prints: for each run asked for, one line of JSON with seconds and the process's peak of memory."""
import json
import resource
import sys
import time


def asked():
    """The job: {"figures": [{"stage", "pixels"}], "threads", "runs", "folder", ...}."""
    return json.loads(sys.argv[1])


def timed(job, figure, run):
    """Once to warm up, then `runs` times."""
    run()
    seconds = []
    for _ in range(job["runs"]):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    tell(figure, seconds)


def tell(figure, seconds):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**figure, "seconds": seconds, "peakBytes": peak}), flush=True)
