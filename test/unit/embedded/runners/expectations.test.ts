import type { Broker } from '../../../../src/embedded/broker'
import { BrokerError } from '../../../../src/embedded/contract/commands'
import { assertNoRecord, assertRecord, toHaveRecord } from '../../../../src/embedded/runners/expectations'
import {
  StartedKafkaContainer,
  KafkaContainer,
  RedpandaContainer,
} from '../../../../src/embedded/containers/testcontainers'
import { isMatch, type Match } from '../../../../src/embedded/contract/matching'

expect.extend({ toHaveRecord })

type Matchers = { toHaveRecord(topic: string, match: object): Promise<void>; not: Matchers }
const expecting = (kafka: Broker) => expect(kafka) as unknown as Matchers

const record = { topic: 'orders', partition: 0, offset: 0, timestampMs: 1, key: '1', value: { id: 7 }, headers: {} }

/** One that has a record in `orders`, and no other topic. */
const kafka = {
  async records(topic: string) {
    if (topic !== 'orders') throw new BrokerError('there is no such topic', 'UNKNOWN_TOPIC_OR_PARTITION')
    return [record]
  },
  async waitForRecord(topic: string, match: Match<unknown>) {
    if (topic === 'broken') throw new BrokerError('this broker has been stopped', 'GONE')
    if (isMatch(record, match)) return record
    throw new BrokerError(`no record of ${topic}`, null)
  },
} as unknown as Broker

test('a record is there, or it is told what is', async () => {
  await expecting(kafka).toHaveRecord('orders', { key: '1', value: expect.objectContaining({ id: 7 }) })
  await expect(expecting(kafka).toHaveRecord('orders', { key: '2' })).rejects.toThrow('no record of orders')
  await expect(expecting(kafka).toHaveRecord('broken', { key: '2' })).rejects.toThrow('has been stopped')
  await expecting(kafka).not.toHaveRecord('orders', { key: '2' })
  await expect(expecting(kafka).not.toHaveRecord('others', { key: '1' })).rejects.toThrow('there is no such topic')
  await expect(expecting(kafka).not.toHaveRecord('orders', { key: '1' })).rejects.toThrow(
    'a record of orders has {"key":"1"}. 1 record was there:\n  partition 0, offset 0: key="1" value={"id":7}',
  )
})

test('a match that no record can have is refused, also where none is wanted', async () => {
  const wrong = expecting(kafka).not.toHaveRecord('orders', { vlaue: 1 })
  await expect(wrong).rejects.toThrow("a match has no option 'vlaue'. Did you mean value?")
})

test('as assertions', async () => {
  await assertRecord(kafka, 'orders', { key: '1' })
  await assertNoRecord(kafka, 'orders', { key: '2' })
  const failed = { name: 'AssertionError', code: 'ERR_ASSERTION' }
  await expect(assertNoRecord(kafka, 'oders', { key: '1' })).rejects.toThrow('there is no such topic')
  await expect(assertRecord(kafka, 'orders', { key: '2' })).rejects.toMatchObject(failed)
  await expect(assertNoRecord(kafka, 'orders', { key: '1' })).rejects.toMatchObject(failed)
})

test('containers have the names and methods of those that they stand for', () => {
  const made = new KafkaContainer('confluentinc/cp-kafka:7.9.0').withKraft().withReuse().withExposedPorts(9093)
  expect(made.withZooKeeper('zk', 2181).withNetwork(null).withNetworkAliases('kafka')).toBeInstanceOf(KafkaContainer)
  expect(new RedpandaContainer().withStartupTimeout(1)).toBeInstanceOf(RedpandaContainer)
  const broker = { host: '127.0.0.1', port: 9, getMappedPort: () => 9, bootstrapServers: '127.0.0.1:9', clusterId: 'c' }
  const started = new StartedKafkaContainer(broker as unknown as Broker)
  expect([started.getHost(), started.getMappedPort(9093), started.getFirstMappedPort()]).toEqual(['127.0.0.1', 9, 9])
  expect([started.getBootstrapServers(), started.getId(), started.getName()]).toEqual(['127.0.0.1:9', 'c', 'odradek-c'])
})

test('what is no broker is refused', async () => {
  const wrong = {} as unknown as Broker
  await expect(expecting(wrong).toHaveRecord('orders', {})).rejects.toThrow('is a Broker, as in expect(kafka)')
  await expect(assertRecord(wrong, 'orders', {})).rejects.toThrow('what assertRecord looks at is a Broker')
  await expect(assertNoRecord(wrong, 'orders', {})).rejects.toThrow('what assertNoRecord looks at is a Broker')
})
