"""The Merkle tree against the vectors of certificate transparency, and against brute force."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayledger.kernel.merkle import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    root,
    verify_inclusion,
)

# The test vectors of the certificate-transparency reference implementation.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def grown(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree


def brute_root(hashes):
    """RFC 6962 section 2.1, word by word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(brute_root(hashes[:split]), brute_root(hashes[split:]))


def test_the_roots_are_those_of_certificate_transparency():
    tree = grown(LEAVES)

    assert ROOTS == [tree.root_at(size).hex() for size in range(1, 9)]
    assert ROOTS[-1] == tree.root().hex() == root([leaf_hash(leaf) for leaf in LEAVES]).hex()
    assert sha256(b"").digest() == EMPTY_ROOT == Tree().root()


@given(st.integers(1, 70))
def test_every_size_has_the_root_that_the_standard_says(size):
    leaves = [bytes([n]) for n in range(size)]

    assert brute_root([leaf_hash(leaf) for leaf in leaves]) == grown(leaves).root()


@given(st.data(), st.integers(1, 70))
def test_a_path_leads_to_the_root_from_its_own_leaf_only(data, size):
    tree = grown(bytes([n]) for n in range(90))
    index = data.draw(st.integers(0, size - 1))
    proof, top = tree.inclusion(index, size), tree.root_at(size)
    own, other = leaf_hash(bytes([index])), leaf_hash(bytes([index + 1]))

    assert verify_inclusion(index, size, own, proof, top)
    assert not verify_inclusion(index, size, other, proof, top)
    assert not verify_inclusion(index, size, own, proof + own, top)
    assert not verify_inclusion(index, size, own, proof + b"x", top)
    assert not verify_inclusion(index, size, own, proof, own) or size == 1
    assert not verify_inclusion(size, size, own, proof, top)


@pytest.mark.parametrize("size", range(2, 9))
def test_a_path_that_is_too_short_proves_nothing(size):
    tree = grown(LEAVES)
    proof = tree.inclusion(0, size)

    assert not verify_inclusion(0, size, leaf_hash(LEAVES[0]), proof[:-32], tree.root_at(size))


def consistent(old, size, proof, old_root, new_root):
    """The verification of RFC 9162 section 2.1.4.2, written for this test."""
    if old == size:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for hash in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(hash, fr), node_hash(hash, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, hash)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (old_root, new_root)


@pytest.mark.parametrize("size", range(1, 20))
def test_a_larger_tree_proves_that_it_extends_every_smaller_one(size):
    tree = grown(bytes([n]) for n in range(20))

    assert [] == tree.consistency(0, size)
    for old in range(1, size + 1):
        proof = tree.consistency(old, size)
        assert consistent(old, size, proof, tree.root_at(old), tree.root_at(size))
        assert not consistent(old, size, proof, tree.root_at(old), leaf_hash(b"x"))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 9), (0, 0)])
def test_there_is_no_path_for_a_leaf_that_is_not_there(index, size):
    with pytest.raises(IndexError):
        grown(LEAVES).inclusion(index, size)


def test_a_path_asked_again_after_the_tree_grew_is_the_path_of_that_size():
    tree = grown(LEAVES[:5])
    before = tree.inclusion(4, 5)
    tree.append(leaf_hash(LEAVES[5]))

    assert before == tree.inclusion(4, 5)
    assert verify_inclusion(4, 6, leaf_hash(LEAVES[4]), tree.inclusion(4, 6), tree.root())


@pytest.mark.parametrize("size", range(1, 9))
def test_neighbours_asked_one_after_the_other_have_their_own_paths(size):
    tree = grown(LEAVES)
    paths = [tree.inclusion(index, size) for index in range(size)]

    assert paths == [tree.inclusion(index, size) for index in range(size)]
    for index, path in enumerate(paths):
        assert verify_inclusion(index, size, leaf_hash(LEAVES[index]), path, tree.root_at(size))
