"""Each entry's hash follows from all before it."""

from __future__ import annotations

from loyalty.ledger.chain import GENESIS, hash_of


def test_a_hash_is_thirty_two_bytes_and_the_same_for_the_same_facts_in_any_order() -> None:
    one, same = hash_of(GENESIS, {"a": 1, "b": [2]}), hash_of(GENESIS, {"b": [2], "a": 1})
    assert (len(one), len(GENESIS)) == (32, 32)
    assert one == same


def test_a_hash_changes_with_any_fact_and_with_the_one_before() -> None:
    hashes = {
        hash_of(GENESIS, {"a": 1}),
        hash_of(GENESIS, {"a": 2}),
        hash_of(GENESIS, {"a": "1"}),
        hash_of(GENESIS, {"b": 1}),
        hash_of(bytes(31) + b"1", {"a": 1}),
    }
    assert len(hashes) == 5
