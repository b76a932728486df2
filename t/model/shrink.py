# SPDX-License-Identifier: BSD-2-Clause
"""Makes a difference small: what is left out of a configuration one by one."""

import copy

import generate
import render

MOST_ATTEMPTS = 2000    # runs of the program to make one difference small


def without_each(items):
    return [items[:index] + items[index + 1:] for index in range(len(items))]


def smaller_lists(case, list_of):
    """Copies of the case with one element less in a list of its configuration."""
    for index in range(len(list_of(case.config))):
        smaller = copy.deepcopy(case)
        del list_of(smaller.config)[index]
        yield smaller


def smaller_options(case, index):
    """Copies with one option less, or one entry less in an option's list."""
    options = render.sections(case.config)[index].options
    for option, value in options.items():
        smaller = copy.deepcopy(case)
        del render.sections(smaller.config)[index].options[option]
        yield smaller
        for shorter in without_each(value) if isinstance(value, list) else []:
            smaller = copy.deepcopy(case)
            render.sections(smaller.config)[index].options[option] = shorter
            yield smaller


def smaller_configs(case):
    yield from smaller_lists(case, lambda config: config.ous)
    yield from smaller_lists(case, lambda config: config.interfaces)
    yield from smaller_lists(case, lambda config: config.policies)
    for index in range(len(case.config.ous)):
        yield from smaller_lists(case, lambda config, i=index: config.ous[i].users)
        if case.config.ous[index].file:
            smaller = copy.deepcopy(case)
            smaller.config.ous[index].file = ""
            yield smaller
    for index in range(len(render.sections(case.config))):
        yield from smaller_options(case, index)
    yield from smaller_files(case)


def smaller_files(case):
    """Copies with one line less in a file of patterns or of senders."""
    for path, text in case.config.files.items():
        for shorter in without_each(text.splitlines(keepends=True)):
            smaller = copy.deepcopy(case)
            smaller.config.files[path] = "".join(shorter)
            yield smaller


def is_sound(config):
    """A candidate's files must still have their folder, and no list be lost."""
    in_files = any(ou.file for ou in config.ous)
    if any(user.file and user.file != ou.users_file for ou, user in config.users()):
        return False
    return not generate.problems(config) and (config.ou_directory or not in_files)


def shrunk(comparison, case, difference, smaller_cases):
    """The smallest case found that still shows this kind of difference."""
    attempts = 0
    progress = True
    while progress and attempts < MOST_ATTEMPTS:
        progress = False
        for smaller in smaller_cases(case):
            attempts += 1
            found = is_sound(smaller.config) and comparison.difference(smaller)
            if found and found.kind == difference.kind:
                case, difference, progress = smaller, found, True
                break
    drop_unused_files(case.config)
    return case, comparison.difference(case) or difference


def drop_unused_files(config):
    text = repr([section.options for section in render.sections(config)])
    config.files = {path: lines for path, lines in config.files.items() if path in text}
