"""The one refusal of every reader of a wire format."""


class FormatRefused(Exception):
    """The bytes are not what the standard asks for.

    `where` names message, segment or path, `rule` the standard and its rule.
    """

    def __init__(self, message: str, where: str, rule: str) -> None:
        super().__init__(f"{where}: {message} ({rule})")
        self.message = message
        self.where = where
        self.rule = rule
