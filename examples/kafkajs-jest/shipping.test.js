const { useKafka } = require('odradek/jest')
const { startShipping } = require('./shipping')

// Before useKafka: jest runs what is to be done afterwards in this order, and the service should go before its broker.
let shipping
afterEach(() => shipping.stop())

const kafka = useKafka({ topics: ['orders', 'shipments'] })

beforeEach(async () => {
  shipping = await startShipping({ brokers: kafka.brokers })
})

test('ships an order', async () => {
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await kafka.waitForRecord('shipments', { key: '1', value: { shipped: expect.any(Number) } })
  await kafka.waitForGroup('shipping', { caughtUp: true })
})

test('knows nothing of the test before', async () => {
  expect(await kafka.records('shipments')).toEqual([])
})

test('ships although a broker refuses the first attempts', async () => {
  await kafka.faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER', { topic: 'shipments', times: 2 })
  await kafka.produce('orders', { key: '2', value: { id: 8 } })
  await kafka.waitForRecord('shipments', { key: '2', value: { shipped: 8 } })
})
