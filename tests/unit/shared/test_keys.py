"""Partitions and shards."""

from __future__ import annotations

from shared.ids import new_customer_id
from shared.items.keys import SHARDS, customer_in, customer_partition, shard_of


def test_a_partition_names_its_customer() -> None:
    assert customer_in(customer_partition("cus_1")) == "cus_1"


def test_an_id_stays_in_one_shard_and_ids_spread_over_all() -> None:
    everyone = [new_customer_id() for _ in range(400)]
    assert {shard_of(one) for one in everyone} == set(SHARDS)
    assert [shard_of(one) for one in everyone] == [shard_of(one) for one in everyone]
    # Known for ever: what lies in a shard is looked for there.
    assert [shard_of(f"cus_{n}") for n in range(6)] == ["0", "2", "0", "2", "1", "3"]
