import { WorkerBrokers } from '../../../../src/embedded/runners/worker-brokers'
import type { BrokerOptions } from '../../../../src/embedded/contract/options'

const options = (topics: string[]): BrokerOptions => ({ isolation: 'inline', log: 'silent', topics })

test('the same options have the same broker, also for who asks while it starts; it stops at the end', async () => {
  const brokers = new WorkerBrokers()
  const [one, other, third] = await Promise.all([
    brokers.of(options(['orders'])),
    brokers.of(options(['orders'])),
    brokers.of(options(['users'])),
  ])
  expect(one).toBe(other)
  expect(third).not.toBe(one)
  expect((await third.topics()).map(({ name }) => name)).toEqual(['users'])
  await brokers.stop()
  await expect(one.topics()).rejects.toMatchObject({ code: 'BROKER_STOPPED' })
  await expect(third.topics()).rejects.toMatchObject({ code: 'BROKER_STOPPED' })
})

test('one that does not start is not kept', async () => {
  const brokers = new WorkerBrokers()
  const bad: BrokerOptions = { isolation: 'inline', log: 'silent', config: { 'num.partitions': 'many' } }
  await expect(brokers.of(bad)).rejects.toThrow('num.partitions')
  await expect(brokers.of(bad)).rejects.toThrow('num.partitions')
  await brokers.stop()
})
