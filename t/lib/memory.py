# SPDX-License-Identifier: BSD-2-Clause
"""What is in the memory of another process; only root may look."""


def memory_finds(pid, needles):
    """Which of them are in the writable memory of a process."""
    found = set()
    with open('/proc/%d/maps' % pid, encoding='utf-8') as maps, \
            open('/proc/%d/mem' % pid, 'rb', 0) as memory:
        for line in maps:
            words = line.split()
            begin, end = (int(n, 16) for n in words[0].split('-'))
            if 'w' not in words[1] or end - begin > 1 << 30:     # the shadow of a sanitizer
                continue
            search_range(memory, begin, end, needles, found)
    return found


def search_range(memory, begin, end, needles, found):
    step, overlap = 16 << 20, 200
    for at in range(begin, end, step):
        memory.seek(at)
        try:
            data = memory.read(min(step + overlap, end - at))
        except OSError:
            continue
        found.update(needle for needle in needles if needle in data)
