"""Every contract module has a page that names its records and who sees them."""

import pytest

from quayledger.contracts.rules import RULEBOOK

MODULES = sorted({contract.name.partition(".")[0] for contract in RULEBOOK.contracts})


@pytest.mark.parametrize("module", MODULES)
def test_the_page_names_every_kind_of_record(root, module):
    page = (root / "src/quayledger/contracts" / module / "README.md").read_text()
    kinds = {
        record.__struct_config__.tag
        for contract in RULEBOOK.contracts
        for record in contract.records
        if record.__struct_config__.tag.startswith(module + ".")
    }

    assert [] == [kind for kind in sorted(kinds) if f"`{kind}`" not in page]
