import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from control import control
from shipping import Shipping

SERVERS = os.environ["KAFKA_BOOTSTRAP_SERVERS"]


async def order(key, value):
    async with AIOKafkaProducer(bootstrap_servers=SERVERS) as producer:
        await producer.send_and_wait("orders", json.dumps(value).encode(), key=key)


async def shipment():
    async with AIOKafkaConsumer("shipments", bootstrap_servers=SERVERS, auto_offset_reset="earliest") as consumer:
        record = await asyncio.wait_for(consumer.getone(), 30)
        return record.key, json.loads(record.value)


def test_ships_an_order():
    asyncio.run(order(b"1", {"id": 7}))
    shipping = Shipping(SERVERS)
    shipping.ship_one(timeout=30)
    shipping.close()
    assert asyncio.run(shipment()) == (b"1", {"shipped": 7})


def test_ships_in_a_cluster_of_its_own_although_a_broker_refuses_at_first():
    fork = control("POST", "/fork", {"from": "empty"})
    at = fork["control"]
    control("POST", "/topics", ["orders", "shipments"], at=at)
    refused = {"api": "Produce", "error": "NOT_LEADER_OR_FOLLOWER", "topic": "shipments", "times": 2}
    fault = control("POST", "/faults", refused, at=at)["fault"]
    control("POST", "/records/orders", {"key": "2", "value": {"id": 8}}, at=at)
    shipping = Shipping(fork["bootstrap"])
    shipping.ship_one(timeout=30)
    shipping.close()
    assert control("GET", f"/faults/{fault}", at=at) == {"hits": 2}
    (shipment,) = control("GET", "/records/shipments?count=1", at=at)["records"]
    assert (shipment["key"], shipment["value"]) == ("2", {"shipped": 8})
    control("POST", "/clock/advance", {"by": "8d"}, at=at)
    assert control("GET", "/records/shipments", at=at)["records"] == []
    control("DELETE", at=at)
