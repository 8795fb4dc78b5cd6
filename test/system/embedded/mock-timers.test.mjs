// Run by node:test, whose mock timers also take those of node:timers away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from 'odradek'

for (const isolation of ['inline', 'worker']) {
  test(`a broker that is ${isolation} serves while timers are mocked`, async t => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate'] })
    const kafka = await startBroker({ isolation, topics: 'orders' })
    await kafka.produce('orders', { value: 'a' })
    assert.equal((await kafka.waitForRecord('orders', { value: 'a' })).offset, 0)
    // Nothing but the wait itself keeps the process here.
    await assert.rejects(kafka.waitForRecord('orders', { value: 'b' }, { timeoutMs: 20 }), /no record of orders/)
    const own = await kafka.fork()
    await kafka.clock.advance('1h')
    await own.stop()
    await kafka.stop()
  })
}
