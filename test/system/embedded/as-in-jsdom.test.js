/** @jest-environment ./as-in-jsdom.js */
// Run by jest.
const { useKafka } = require('odradek/jest')

const kafka = useKafka({ topics: ['orders'], isolation: 'inline' })

test('what a test does with data needs nothing of Node in the globals', async () => {
  expect(typeof TextDecoder).toBe('undefined')
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await kafka.produce('orders', { key: '2', value: new Uint8Array([104, 105]) })
  await kafka.produce('orders', { key: '3', value: Buffer.from('there') })
  await expect(kafka).toHaveRecord('orders', { key: '1', value: { id: 7 } })
  expect((await kafka.records('orders')).map(record => record.value)).toEqual([{ id: 7 }, 'hi', 'there'])
})
