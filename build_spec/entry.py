"""Where the built program begins. A child process of it must not become a second window."""

import multiprocessing
import sys

# Before anything else is imported: in a child process this call does the child's work and ends it.
multiprocessing.freeze_support()

# `imaging.workers.WORKER_ARGUMENT`, as a test checks.
_WORKER = "--slicelens-worker"

if __name__ == "__main__":
    if sys.argv[1:2] == [_WORKER]:
        from imaging.workers.child import main  # a worker needs nothing of the window

        main(sys.argv[2:])
    else:
        from desktop.main import program  # the window needs nothing of a worker

        program()
