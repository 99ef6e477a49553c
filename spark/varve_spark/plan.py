"""Which task converts what. A pure function of the job, never of the cluster: it decides the names
and the bytes of the outputs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A file, or the lines of it that begin within a span of bytes."""

    file: int  # index in the job's files
    span: object = None  # (begin, end), or None: all of it


@dataclass(frozen=True)
class Task:
    """Parts of one partition, in the order of its rows. A part with a span is alone."""

    index: int
    parts: tuple

    def without(self, files):
        return Task(self.index, tuple(part for part in self.parts if part.file not in files))


def _spans(size, task_bytes):
    count = -(-size // task_bytes)
    cuts = [size * i // count for i in range(count + 1)]
    return list(zip(cuts, cuts[1:]))


def _partitions(job):
    """Indexes of the files of each partition, partitions in the order of their first file."""
    by_date = job.convert.get("partition", "filename-date") == "filename-date"
    partitions = {}
    for index, file in enumerate(job.files):
        partitions.setdefault(file.date if by_date else "", []).append(index)
    return partitions.values()


def _groups(job, indexes, task_bytes, is_splittable):
    """Lists of parts: small files together, large ones in spans."""
    group, size = [], 0
    for index in indexes:
        file = job.files[index]
        splits = file.size_bytes > task_bytes and is_splittable(file)
        if group and (splits or size + file.size_bytes > task_bytes):
            yield group
            group, size = [], 0
        if splits:
            yield from ([Part(index, span)] for span in _spans(file.size_bytes, task_bytes))
        else:
            group.append(Part(index))
            size += file.size_bytes
    if group:
        yield group


def plan_tasks(job, task_bytes, is_splittable):
    """`is_splittable(file)` is asked of files beyond `task_bytes` only."""
    groups = [group for indexes in _partitions(job)
              for group in _groups(job, indexes, task_bytes, is_splittable)]
    return [Task(index, tuple(group)) for index, group in enumerate(groups)]
