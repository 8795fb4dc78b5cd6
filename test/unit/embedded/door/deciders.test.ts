/** `faults.on`: functions of a test decide what becomes of requests. */
import type { Decide, RequestContext } from '../../../../src/embedded/door/deciders'
import { errorNameOf } from '../../../../src/protocol/errors'
import { ApiVersions } from '../../../../src/protocol/messages/api-versions'
import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { Produce } from '../../../../src/protocol/messages/produce'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

async function bench() {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ topics: ['orders', 'users'], log: 'error' })
  const client = await at.connect(port, 'svc')
  const faults = at.faultsOf(cluster)
  const ask = { acks: 1, timeoutMs: 1_000 }
  const send = (topic: string, by = client) => {
    const topicData = [{ name: topic, partitionData: [{ index: 0, records: makeBatch() }] }]
    return by.request(Produce, 9, { ...ask, topicData })
  }
  const produce = async (topic: string, by = client) => {
    const { responses } = await at.world.until(send(topic, by))
    return errorNameOf(responses[0]!.partitionResponses[0]!.errorCode)
  }
  const end = async (topic: string) => {
    const read = { topic, partition: null, from: 'start', next: [], waitMs: 0 } as const
    return (await at.ask(cluster, 'read', read)).records.length
  }
  return { at, world: at.world, cluster, port, client, faults, send, produce, end }
}

test('a function sees the request as it came, and lets the broker serve it', async () => {
  const { faults, produce, end, port } = await bench()
  const seen: { request: Record<string, any>; context: RequestContext }[] = []
  const fault = await faults.on('Produce', (request, context) => {
    seen.push({ request, context })
    // What it is given is its own.
    request['topicData'][0].partitionData[0].records.fill(0)
    request['topicData'].length = 0
  })
  expect([await produce('orders'), await end('orders'), await fault.hits()]).toEqual(['NONE', 1, 1])
  const about = seen[0]!.context
  expect(about).toEqual({
    drop: expect.any(Function),
    api: 'Produce',
    version: 9,
    clientId: 'svc',
    node: 1,
    host: expect.any(String),
    port: expect.any(Number),
  })
  expect(about.port).not.toBe(port)
  expect(seen[0]!.request['acks']).toBe(1)
  await fault.lift()
  expect([await produce('orders'), seen.length]).toEqual(['NONE', 1])
})

test('it answers itself, and what it leaves out has its default', async () => {
  const { world, client, faults, produce, end } = await bench()
  await faults.on('Produce', ({ topicData }, { clientId }) => ({
    responses: topicData.map(({ name }: { name: string }) => ({
      name,
      partitionResponses: [{ index: 0, errorCode: 'KAFKA_STORAGE_ERROR', errorMessage: `not for ${clientId}` }],
    })),
  }))
  expect([await produce('orders'), await end('orders')]).toEqual(['KAFKA_STORAGE_ERROR', 0])
  await faults.on('Metadata', () => ({ clusterId: 'another', controllerId: 7 }), { times: 1 })
  for (const clusterId of ['another', expect.not.stringMatching(/^another$/)]) {
    const reply = await world.until(client.request(Metadata, 9, { topics: [] }))
    expect(reply.clusterId).toEqual(clusterId)
  }
})

test('it names an error, or drops the connection; with nothing to say it leaves the request to other faults', async () => {
  const { at, world, port, faults, produce, end } = await bench()
  const by = await at.connect(port, 'other')
  await faults.on(
    'Produce',
    ({ topicData: [{ name }] }, { drop }) => {
      if (name === 'users') return 'NOT_LEADER_OR_FOLLOWER'
      return drop()
    },
    { clientId: 'svc' },
  )
  await faults.on('Produce', () => null)
  await faults.error('Produce', 'MESSAGE_TOO_LARGE', { topic: 'users', times: 1 })
  expect([await produce('users', by), await produce('users', by)]).toEqual(['MESSAGE_TOO_LARGE', 'NONE'])
  expect(await produce('users')).toBe('NOT_LEADER_OR_FOLLOWER')
  await expect(produce('orders')).rejects.toThrow()
  await world.runFor(100)
  expect([await end('users'), await end('orders')]).toEqual([1, 0])
})

test('a request waits for its answer, and others do not', async () => {
  const { at, world, port, faults, produce, send, end } = await bench()
  let answer = (_given: object | null): void => {}
  await faults.on('Produce', () => new Promise(resolve => (answer = resolve)), { times: 1 })
  let isAnswered = false
  const waits = send('orders').then(reply => ((isAnswered = true), reply))
  const other = await at.connect(port, 'other')
  await world.runFor(3_000)
  expect([await produce('users', other), isAnswered, await end('orders')]).toEqual(['NONE', false, 0])
  answer(null)
  await world.until(waits)
  expect(await end('orders')).toBe(1)
})

test('one that never answers has its request refused, and the log says so', async () => {
  const { at, world, client, faults } = await bench()
  await faults.on('Heartbeat', () => new Promise(() => {}), { timeoutMs: 2_000, times: 1 })
  const beat = () => world.until(client.request(Heartbeat, 3, { groupId: 'g', generationId: 1, memberId: 'm' }))
  const before = world.nowMs
  expect(errorNameOf((await beat()).errorCode)).toBe('UNKNOWN_SERVER_ERROR')
  expect(world.nowMs - before).toBeGreaterThanOrEqual(2_000)
  expect(at.lines).toEqual([expect.stringMatching(/fault-function-failed.*did not answer within 2000 ms/)])
  expect(errorNameOf((await beat()).errorCode)).not.toBe('UNKNOWN_SERVER_ERROR')
})

const mistakes: [string, Decide, string][] = [
  ['throws', () => Promise.reject(new Error('oops')), 'oops'],
  ['gives a number', () => 5 as never, 'gives a response, the name of an error or nothing, not number'],
  ['names no error', () => 'NOT_COORDINATO', 'no error is called NOT_COORDINATO. Did you mean'],
  ['has no such field', () => ({ eror: 1 }), "Heartbeat has no field 'eror'."],
  ['has no such error', () => ({ errorCode: 'OOPS' }), 'Heartbeat.errorCode: no error is called OOPS'],
  ['does not fit', () => ({ errorCode: 40_000 }), 'Heartbeat.errorCode is a whole number from -32768 to 32767'],
]

test.each(mistakes)('one that %s has its request refused, and nobody misses it', async (_what, decide, says) => {
  const { at, world, client, faults, cluster } = await bench()
  await faults.on('Heartbeat', decide, { times: 1 })
  const beat = () => world.until(client.request(Heartbeat, 3, { groupId: 'g', generationId: 1, memberId: 'm' }))
  expect(errorNameOf((await beat()).errorCode)).toBe('UNKNOWN_SERVER_ERROR')
  expect(at.lost).toEqual([expect.stringContaining(says)])
  expect(at.lines).toEqual([expect.stringContaining('fault-function-failed')])
  const [logged] = await at.ask(cluster, 'requests', { api: 'Heartbeat', clientId: null })
  expect(logged).toMatchObject({
    errors: ['UNKNOWN_SERVER_ERROR'],
    faults: ['ask'],
    why: expect.stringContaining(says),
  })
  expect(errorNameOf((await beat()).errorCode)).toBe('NOT_COORDINATOR')
})

test('a broker that stops waits for no function, and one that answers too late does no harm', async () => {
  const { at, world, cluster, faults, send } = await bench()
  let answer = (): void => {}
  await faults.on('Produce', () => new Promise<void>(resolve => (answer = resolve)))
  const lost = expect(send('orders')).rejects.toThrow()
  await world.runFor(100)
  await at.ask(cluster, 'stop', { drainMs: 0 })
  answer()
  await world.until(lost)
  expect(at.lost).toEqual([])
})

test('functions are of one cluster, and gone when all faults are', async () => {
  const { at, world, cluster, client, faults } = await bench()
  let asked = 0
  const fault = await faults.on('ApiVersions', () => void (asked += 1))
  const { cluster: other, port } = await at.ask(cluster, 'fork', { from: null })
  const stranger = await at.connect(port)
  await world.until(stranger.request(ApiVersions, 3, {}))
  expect(asked).toBe(0)
  await world.until(client.request(ApiVersions, 3, {}))
  expect([asked, await fault.hits()]).toEqual([1, 1])
  await faults.clear()
  await at.faultsOf(other).clear()
  await world.until(client.request(ApiVersions, 3, {}))
  expect(asked).toBe(1)
  await expect(faults.on('Fetch', 'drop' as never)).rejects.toThrow('the function of faults.on is a function')
  await expect(faults.on('Fetsch' as never, () => {})).rejects.toThrow('Did you mean Fetch?')
})
