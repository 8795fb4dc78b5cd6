"""A service: what comes in as an order goes out as a shipment."""

import json

from confluent_kafka import Consumer, Producer


class Shipping:
    def __init__(self, servers):
        self.producer = Producer({"bootstrap.servers": servers, "linger.ms": 0})
        self.consumer = Consumer(
            {"bootstrap.servers": servers, "group.id": "shipping", "auto.offset.reset": "earliest"}
        )
        self.consumer.subscribe(["orders"])

    def ship_one(self, timeout):
        order = self.consumer.poll(timeout)
        assert order is not None and order.error() is None, order and order.error()
        shipment = json.dumps({"shipped": json.loads(order.value())["id"]})
        self.producer.produce("shipments", key=order.key(), value=shipment)
        assert self.producer.flush(timeout) == 0

    def close(self):
        self.consumer.close()
