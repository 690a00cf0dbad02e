"""A disk in memory that forgets, at a crash, whatever was not synced, all of it or some.

The real store runs on it with its real pragmas, WAL and all. There is no shared memory, so both
connections of a store are one, in exclusive locking mode.
"""

# ruff: noqa: N802 (apsw names the methods of a VFS)

import itertools
from random import Random

import apsw

from quayledger.durable import PRAGMAS, Disk

SECTOR = 512
_NUMBERS = itertools.count(1)


class PowerCut(OSError):
    """The disk does nothing more."""


class File:
    """What a file reads as now, and what of it would survive a crash."""

    def __init__(self):
        self.now = bytearray()
        self.durable = b""
        self.pending = []

    def write(self, data, at):
        _put(self.now, data, at)
        self.pending.append((at, bytes(data)))

    def truncate(self, size):
        del self.now[size:]
        self.pending.append((size, None))

    def sync(self):
        if self.pending:
            self.durable = bytes(self.now)
            self.pending.clear()

    def after_crash(self, chance):
        """The file as it is found: what was synced, and of the rest what chance keeps, torn."""
        kept, mode = bytearray(self.durable), chance.randrange(3)
        for at, data in self.pending:
            if mode == 0 or (mode == 1 and chance.random() < 0.5):
                continue
            if data is None:
                del kept[at:]
                continue
            whole = chance.random() < 0.7
            sectors = -(-len(data) // SECTOR)
            _put(kept, data if whole else data[: SECTOR * chance.randrange(sectors)], at)
        found = File()
        found.now, found.durable = kept, bytes(kept)
        return found


def _put(content, data, at):
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


class Handle:
    """An open file as SQLite uses it."""

    def __init__(self, file, memory):
        self.file = file
        self.memory = memory

    def xRead(self, amount, at):
        return bytes(self.file.now[at : at + amount])

    def xWrite(self, data, at):
        self.memory.burn()
        self.file.write(data, at)

    def xTruncate(self, size):
        self.file.truncate(size)

    def xSync(self, _flags):
        self.memory.burn()
        self.file.sync()

    def xFileSize(self):
        return len(self.file.now)

    def xClose(self):
        pass

    def xLock(self, _level):
        pass

    def xUnlock(self, _level):
        pass

    def xCheckReservedLock(self):
        return False

    def xFileControl(self, _op, _ptr):
        return False

    def xSectorSize(self):
        return SECTOR

    def xDeviceCharacteristics(self):
        return 0


class Memory(apsw.VFS):
    """The files of one disk by name; after `fuse` more writes and syncs the power goes."""

    def __init__(self):
        self.files = {}
        self.fuse = None
        self.name = f"simulated-{next(_NUMBERS)}"
        super().__init__(self.name, "")

    def burn(self):
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise PowerCut

    def xOpen(self, name, flags):
        name = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        return Handle(self.files.setdefault(str(name), File()), self)

    def xAccess(self, name, _flags):
        return name in self.files

    def xDelete(self, name, _sync):
        self.files.pop(name, None)

    def xFullPathname(self, name):
        return name

    def xRandomness(self, amount):
        return bytes(amount)

    def xSleep(self, microseconds):
        return microseconds

    def xCurrentTime(self):
        return 2460000.5

    def xCurrentTimeInt64(self):
        return 212502225600000

    def xGetLastError(self):
        return 0, ""


class SimulatedDisk(Disk):
    """A store's disk; `pragmas` may be weaker than the house's, as a negative control."""

    def __init__(self, **weaker):
        self.memory = Memory()
        self.vfs = self.memory.name
        settings = {"wal_autocheckpoint": 48, **weaker}  # Small, so that runs see checkpoints too.
        self.pragmas = (
            ("locking_mode", "exclusive"),
            *((name, settings.get(name, wanted)) for name, wanted in PRAGMAS),
        )
        self._open = {}

    def open_database(self, path, schema):
        if path not in self._open:
            self._open[path] = super().open_database(path, schema)
        return self._open[path]

    def crash(self, chance):
        """Power is gone: what was not synced is gone too, or some of it."""
        files = self.memory.files
        found = {name: files[name].after_crash(chance) for name in sorted(files)}
        self.memory.fuse = None
        for connection in self._open.values():
            connection.close()  # It may still write, into files that nobody finds.
        self._open.clear()
        self.memory.files = found

    def close(self):
        """Let go of everything."""
        self.crash(Random(0))
        self.memory.unregister()
