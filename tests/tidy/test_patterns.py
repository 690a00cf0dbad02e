"""Patterns of text end where the text ends."""

import re

PATTERN = re.compile(r'pattern=r"[^"]*\$"|_PATTERN: Final = r"[^"]*\$"')
"""Python's `$` also matches before a final line feed: `$(?!\\n)` does not."""


def test_no_pattern_lets_a_final_line_feed_pass(python_files, root):
    sources = [path for path in python_files if path.is_relative_to(root / "src")]
    found = {
        path.relative_to(root): PATTERN.findall(path.read_text())
        for path in sources
        if PATTERN.search(path.read_text())
    }

    assert {} == found


def test_a_pattern_that_does_is_reported():
    assert PATTERN.search('Meta(pattern=r"^[0-9]{7}$")')
    assert not PATTERN.search(r'Meta(pattern=r"^[0-9]{7}$(?!\n)")')
