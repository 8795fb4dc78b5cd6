import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

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
