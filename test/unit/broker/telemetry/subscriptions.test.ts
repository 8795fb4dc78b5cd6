/** What several resources ask of a client together. */
import { type ClientIdentity, subscriptionOf } from '../../../../src/broker/telemetry/subscriptions'

const client: ClientIdentity = {
  instanceId: '00112233445566778899aabbccddeeff',
  clientId: 'billing-7',
  connection: {
    clientSoftwareName: 'apache-kafka-java',
    clientSoftwareVersion: '4.3.1',
    remoteHost: '10.0.0.9',
    remotePort: 4711,
  },
}

const asks = (match: readonly string[], metrics: readonly string[] = ['a'], intervalMs = 5_000) =>
  subscriptionOf(client, [{ intervalMs, metrics, match } as never])

test('nothing, every five minutes, when nobody asks for more', () => {
  expect(subscriptionOf(client, [])).toMatchObject({ intervalMs: 300_000, metrics: [] })
})

test.each([
  ['client_instance_id=ABEiM0RVZneImaq7zN3u_w', true],
  ['client_id=billing-\\d', true],
  ['client_id=billing', false],
  ['client_software_name = apache-.*', true],
  ['client_software_version=4\\..*', true],
  ['client_source_address=10.0.0.[0-9]', true],
  ['client_source_port=47|11', false],
  ['client_source_port=4711', true],
  ['client_source_port=4711=', true],
  ['client_id=\\Abilling-\\pN\\z', true],
  // Patterns of an older broker that are none: nobody matches, nothing fails.
  ['client_id=(?=b)billing-7', false],
])('a pattern has to match the whole: %s', (pattern, matches) => {
  expect(asks([pattern]).metrics).toEqual(matches ? ['a'] : [])
})

test('all patterns of one resource have to match', () => {
  expect(asks(['client_id=.*', 'client_source_port=1']).metrics).toEqual([])
})

test('of several, all metrics and the shortest interval; one that wants all says it all', () => {
  const one = { intervalMs: 5_000, metrics: ['b', 'a'], match: [] }
  const two = { intervalMs: 60_000, metrics: ['a', 'c'], match: [] }
  expect(subscriptionOf(client, [one, two] as never)).toMatchObject({ intervalMs: 5_000, metrics: ['a', 'b', 'c'] })
  expect(subscriptionOf(client, [one, { ...two, metrics: ['*'] }] as never).metrics).toEqual(['*'])
})

test('the number is that of what is asked, and of whom', () => {
  const other = { ...client, instanceId: 'ff112233445566778899aabbccddeeff' }
  const config = { intervalMs: 5_000, metrics: ['a'], match: [] } as never
  expect(subscriptionOf(client, [config]).id).toBe(subscriptionOf(client, [config]).id)
  expect(subscriptionOf(other, [config]).id).not.toBe(subscriptionOf(client, [config]).id)
  expect(asks([], ['a']).id).not.toBe(asks([], ['b']).id)
})
