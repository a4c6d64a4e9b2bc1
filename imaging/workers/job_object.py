"""Windows' counterpart of a resource limit: a Job Object with one process in it, this one.

https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_extended_limit_information
"""

import ctypes
import sys

if sys.platform == "win32":
    _EXTENDED_LIMITS = 9
    _LIMIT_PROCESS_MEMORY = 0x100

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", ctypes.c_uint32),
            ("least_working_set", ctypes.c_size_t),
            ("most_working_set", ctypes.c_size_t),
            ("active_processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t),
            ("priority", ctypes.c_uint32),
            ("scheduling", ctypes.c_uint32),
        )

    class _Limits(ctypes.Structure):
        _fields_ = (
            ("basic", _Basic),
            ("transfers", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process_memory", ctypes.c_size_t),
            ("peak_job_memory", ctypes.c_size_t),
        )

    class _Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_uint32),
            ("page_faults", ctypes.c_uint32),
            # Peak and present working set, paged pool, non-paged pool.
            ("sets_and_pools", ctypes.c_size_t * 6),
            ("committed", ctypes.c_size_t),
            ("peak_committed", ctypes.c_size_t),
        )

    _kernel = ctypes.WinDLL("kernel32")
    _kernel.CreateJobObjectW.restype = ctypes.c_void_p
    _kernel.GetCurrentProcess.restype = ctypes.c_void_p

    class JobObject:
        """Limits this process from here on; a Windows that refuses leaves it without a limit."""

        def __init__(self) -> None:
            self._job = ctypes.c_void_p(_kernel.CreateJobObjectW(None, None))
            self._committed = _committed()
            _kernel.AssignProcessToJobObject(self._job, ctypes.c_void_p(_kernel.GetCurrentProcess()))

        def limit(self, more: int) -> bool:
            """Let so many bytes be committed beyond those of the start; return False if Windows refuses."""
            limits = _Limits(process_memory=self._committed + more)
            limits.basic.flags = _LIMIT_PROCESS_MEMORY
            size = ctypes.c_uint32(ctypes.sizeof(limits))
            return bool(_kernel.SetInformationJobObject(self._job, _EXTENDED_LIMITS, ctypes.byref(limits), size))

    def _committed() -> int:
        """Return the bytes that this process has committed; 0 if Windows does not say."""
        counters = _Counters(size=ctypes.sizeof(_Counters))
        process = ctypes.c_void_p(_kernel.GetCurrentProcess())
        size = ctypes.c_uint32(counters.size)
        told = _kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), size)
        return int(counters.committed) if told else 0
