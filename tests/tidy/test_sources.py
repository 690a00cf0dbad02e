"""Sources stay small enough to read, and swallow no error."""

import ast
import io
import tokenize

FILE_LINES_MAX = 500
BODY_LINES_MAX = 50
HOST = "src/quayledger/ledger/embedded/"
"""The one place that may catch everything: a rule's bug must not stop the ledger."""


def long_bodies(source):
    """Functions whose body, docstring left out, is too long."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            if lines > BODY_LINES_MAX:
                yield f"line {node.lineno} {node.name} has a body of {lines} lines"


def broad_catches(source):
    """Handlers that catch more than their author can have thought of."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or is_broad(node.type)):
            yield f"line {node.lineno} catches everything"
        is_suppress = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress")
        if is_suppress and any(is_broad(argument) for argument in node.args):
            yield f"line {node.lineno} suppresses everything"


def is_broad(kind):
    """Whether a handler's type holds a class above every error."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(ast.unparse(one).split(".")[-1] in {"Exception", "BaseException"} for one in kinds)


def unfinished(source):
    """Comments that put work off."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        words = token.string.replace(":", " ").split() if token.type == tokenize.COMMENT else []
        if {"TODO", "FIXME", "XXX", "HACK"} & {*words}:
            yield f"line {token.start[0]} {token.string}"


def faults(check, paths, root):
    """What a check finds in files, each with the file's name."""
    return [
        f"{path.relative_to(root)} {fault}" for path in paths for fault in check(path.read_text())
    ]


def test_no_file_is_longer_than_500_lines(python_files, root):
    lengths = {path.relative_to(root): len(path.read_text().splitlines()) for path in python_files}

    assert {} == {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX}


def test_no_function_body_is_longer_than_50_lines(python_files, root):
    assert [] == faults(long_bodies, python_files, root)


def test_only_the_host_catches_everything(python_files, root):
    guests = [path for path in python_files if HOST not in path.as_posix()]

    assert [] == faults(broad_catches, guests, root)


def test_nothing_is_left_for_later(python_files, root):
    assert [] == faults(unfinished, python_files, root)


def test_a_body_of_51_lines_is_reported_and_one_of_50_is_not():
    body = '    """Says what it does."""\n' + "    step()\n" * 50

    assert [] == [*long_bodies("def f():\n" + body)]
    assert 1 == len([*long_bodies("def f():\n" + body + "    step()\n")])


def test_every_way_to_catch_everything_is_reported():
    for handler in ("except:", "except Exception:", "except (KeyError, BaseException) as e:"):
        assert 1 == len([*broad_catches(f"try:\n    f()\n{handler}\n    g()\n")])
    assert 1 == len([*broad_catches("with contextlib.suppress(Exception):\n    f()\n")])
    assert [] == [*broad_catches("try:\n    f()\nexcept KeyError:\n    g()\n")]


def test_a_comment_that_puts_work_off_is_reported():
    later = "TO" + "DO"

    assert 1 == len([*unfinished(f"x = 1  # {later}: think\n")])
    assert [] == [*unfinished(f"x = '{later}'  # a word in a text is none\n")]
