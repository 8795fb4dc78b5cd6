// Run by node:test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from 'odradek'

test('a broker for a test', async () => {
  const kafka = await startBroker({ topics: ['orders'] })
  assert.match(kafka.bootstrapServers, /^127\.0\.0\.1:\d+$/)
  await kafka.createTopics('users')
  await assert.rejects(kafka.createTopics('users'), { code: 'TOPIC_ALREADY_EXISTS' })
  await kafka.stop()
})
