"""When files appear in folders, as inotify tells it: the moment at which a reader could see them."""

import ctypes
import os
import select
import struct
import threading
import time

IN_MOVED_TO = 0x80
HEADER = struct.calcsize("iIII")
libc = ctypes.CDLL(None, use_errno=True)


class Arrivals:
    """name -> time.time() of every file that is renamed into the folder from now on."""

    def __init__(self, folder):
        self.times = {}
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        if libc.inotify_add_watch(self.fd, os.fsencode(folder), IN_MOVED_TO) < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {folder}")
        self.closing = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while not self.closing:
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            now, events, at = time.time(), os.read(self.fd, 1 << 16), 0
            while at < len(events):
                size = struct.unpack_from("iIII", events, at)[3]
                name = events[at + HEADER:at + HEADER + size].rstrip(b"\0")
                self.times.setdefault(os.fsdecode(name), now)
                at += HEADER + size

    def close(self):
        self.closing = True
        self.thread.join()
        os.close(self.fd)
