"""The repository holds sources: small, readable, and free of one machine's names."""

import re

import pytest

LARGE_BYTES = 300_000
PICTURES = frozenset({".ico", ".jpg", ".png", ".webp", ".woff2"})
FOREIGN = re.compile(
    r"(?<![\w.~}*>-])/(?:work|tmp|root)/|/home/\w+/|/Users/\w+/"
    r"|pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|--(?:extra-)?index-url[ =]"
)
"""Paths of one machine, and hosts of registries: a clone must not depend on either."""


def is_binary(content):
    """Whether a file's content is not text."""
    return b"\0" in content


def foreign_names(text):
    """Lines that name a machine's folder or a registry."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := FOREIGN.search(line):
            yield f"line {number} {found[0]}"


def test_no_file_is_large(tree, root):
    sizes = {path.relative_to(root): path.stat().st_size for path in tree}

    assert {} == {path: size for path, size in sizes.items() if size > LARGE_BYTES}


def test_binary_files_are_pictures_or_fonts(tree, root):
    binary = [path for path in tree if is_binary(path.read_bytes())]

    assert [] == [path.relative_to(root) for path in binary if path.suffix not in PICTURES]


def test_no_binary_file_lies_about_untracked(untracked, root):
    assert [] == [path.relative_to(root) for path in untracked if is_binary(path.read_bytes())]


def test_nothing_names_a_machine_or_a_registry(tree, root):
    texts = [path for path in tree if not is_binary(path.read_bytes())]
    found = [
        f"{path.relative_to(root)} {fault}"
        for path in texts
        for fault in foreign_names(path.read_text(errors="replace"))
    ]

    assert [] == found


@pytest.mark.parametrize(
    "text",
    [
        "see " + "/work" + "/main",
        'open("' + "/tmp" + '/x")',
        "cd " + "/home" + "/ann/x",
        "https://pypi" + ".org/simple",
        "--index" + "-url x",
    ],
)
def test_a_line_that_names_a_machine_or_a_registry_is_reported(text):
    assert 1 == len([*foreign_names(text)])


@pytest.mark.parametrize("text", ["https://a.example/work/1", "tests/tmp/x", "a framework/tool"])
def test_a_line_that_only_looks_like_one_is_not(text):
    assert [] == [*foreign_names(text)]
