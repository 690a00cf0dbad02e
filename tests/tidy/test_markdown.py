"""Pages of documentation: one title each, and every link to a file of ours leads somewhere."""

import re

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")


def prose(text):
    """The page without its code."""
    return CODE.sub("", FENCED.sub("", text))


def titles(text):
    """The first-level headings."""
    return [line for line in prose(text).splitlines() if re.match(r"# +\S", line)]


def dead_links(path):
    """The relative links of a page that lead to no file."""
    for link in LINK.findall(prose(path.read_text())):
        target = link.split("#")[0]
        outside = re.match(r"[a-z]+:", link)
        if target and not outside and not (path.parent / target).exists():
            yield link


def pages(tree):
    """Every Markdown file."""
    return [path for path in tree if path.suffix == ".md"]


def test_every_page_has_one_title(tree, root):
    counts = {path.relative_to(root): titles(path.read_text()) for path in pages(tree)}

    assert {} == {path: found for path, found in counts.items() if len(found) != 1}


def test_every_relative_link_leads_to_a_file(tree, root):
    dead = {path.relative_to(root): [*dead_links(path)] for path in pages(tree)}

    assert {} == {path: links for path, links in dead.items() if links}


def test_a_comment_in_a_code_block_is_no_title():
    assert ["# Berth"] == titles("# Berth\n\n```sh\n# build\nmake\n```\n\n## Cranes\n")


def test_a_link_to_nothing_is_reported(tmp_path):
    (tmp_path / "there.md").write_text("# There\n")
    page = tmp_path / "page.md"
    page.write_text("[a](there.md#x) [b](gone.md) [c](https://a.example) [d](#here) `[e](no.md)`\n")

    assert ["gone.md"] == [*dead_links(page)]
