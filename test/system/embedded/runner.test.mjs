// Run by node:test.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startBroker } from 'odradek'
import { useKafka } from 'odradek/node-test'

test('a broker for a test', async () => {
  const kafka = await startBroker({ topics: ['orders'] })
  assert.match(kafka.bootstrapServers, /^127\.0\.0\.1:\d+$/)
  await kafka.createTopics('users')
  await assert.rejects(kafka.createTopics('users'), { code: 'TOPIC_ALREADY_EXISTS' })
  await kafka.stop()
})

describe('a cluster for each test', () => {
  const kafka = useKafka({ topics: ['orders'] })
  for (const value of ['a', 'b']) {
    test(value, async () => {
      await kafka.produce('orders', { value })
      assert.deepEqual((await kafka.records('orders')).map(record => record.value), [value])
    })
  }
  test('with tests within it', async t => {
    await t.test('that shares it', () => kafka.produce('orders', { value: 'inner' }))
    await Promise.all(['b', 'c'].map(name => t.test(name, () => kafka.produce('orders', { value: name }))))
    assert.equal((await kafka.records('orders')).length, 3)
  })
})
