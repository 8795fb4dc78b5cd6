const assert = require('node:assert/strict')
const { test } = require('node:test')
const { useKafka } = require('odradek/node-test')
const { startShipping } = require('./shipping')

const kafka = useKafka({ topics: ['orders', 'shipments'] })

test('ships an order', async () => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  const { value } = await kafka.waitForRecord('shipments', { key: '1' })
  assert.deepEqual(value, { shipped: 7 })
  await shipping.stop()
})

test('orders that nobody has shipped are a lag', async () => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await kafka.waitForGroup('shipping', { caughtUp: true })
  await shipping.stop()
  await kafka.produce('orders', [{ value: { id: 8 } }, { value: { id: 9 } }])
  assert.equal((await kafka.lag('shipping')).total, 2)
})
