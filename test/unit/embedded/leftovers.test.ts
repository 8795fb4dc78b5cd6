import type { ClientFacts } from '../../../src/embedded/contract/commands'
import { leftoverLines } from '../../../src/embedded/leftovers'

const client = (port: number, facts: Partial<ClientFacts> = {}): ClientFacts => ({
  clientId: 'orders-svc',
  software: 'kafkajs',
  host: '127.0.0.1',
  port,
  produces: false,
  fetches: false,
  members: [],
  ...facts,
})
const member = { group: 'orders', memberId: 'm-1' }
const placeOf = (port: number) => (port === 1 ? 'orders.test.ts:41' : null)

test('a consumer is told once, with its group and the place it came from', () => {
  const lines = leftoverLines([client(1, { members: [member] }), client(2, { fetches: true })], placeOf)
  expect(lines).toEqual([
    '1 consumer still connected (client "orders-svc", group "orders", connected at orders.test.ts:41): ' +
      'missing await consumer.disconnect()?',
  ])
})

test('members of one group are counted, producers by their connections', () => {
  const other = { group: 'orders', memberId: 'm-2' }
  const lines = leftoverLines(
    [
      client(2, { members: [member] }),
      client(3, { members: [other] }),
      client(4, { produces: true }),
      client(5, { produces: true }),
    ],
    placeOf,
  )
  expect(lines).toEqual([
    '2 consumers still connected (client "orders-svc", group "orders"): missing await consumer.disconnect()?',
    '2 producers still connected (client "orders-svc"): missing await producer.disconnect()?',
  ])
})

test('who fetches without a group is a consumer, who did neither a client; without an id there is less to say', () => {
  expect(leftoverLines([client(2, { fetches: true, clientId: null })], placeOf)).toEqual([
    '1 consumer still connected: missing await consumer.disconnect()?',
  ])
  expect(leftoverLines([client(1, { clientId: 'admin' })], placeOf)).toEqual([
    '1 client still connected (client "admin", connected at orders.test.ts:41): missing await disconnect()?',
  ])
  expect(leftoverLines([], placeOf)).toEqual([])
})
