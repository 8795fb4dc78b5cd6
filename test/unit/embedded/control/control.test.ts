import { Control } from '../../../../src/embedded/control/control'
import type { BrokerOptions } from '../../../../src/embedded/contract/options'
import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { Produce } from '../../../../src/protocol/messages/produce'
import { errorNameOf } from '../../../../src/protocol/errors'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

async function bench(options: BrokerOptions = {}) {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ topics: ['orders'], ...options })
  const control = new Control(at.engine, async () => 'http://127.0.0.1:1')
  const raw = async (method: string, target: string, body = '', headers = {}) => {
    const asked = { method, target, headers: { host: '127.0.0.1:1', ...headers }, body: Buffer.from(body) }
    const { status, body: told } = await at.world.until(control.answer(asked))
    return { status, told: JSON.parse(told) as any }
  }
  const ask = async (method: string, path: string, body?: unknown) =>
    raw(method, `/clusters/${cluster}${path}`, body === undefined ? '' : JSON.stringify(body))
  const told = async (method: string, path: string, body?: unknown) => {
    const answer = await ask(method, path, body)
    expect(answer).toMatchObject({ status: 200 })
    return answer.told
  }
  return { at, port, raw, ask, told }
}

test('where a cluster is; a fork has a place of its own, until it is ended', async () => {
  const { told, raw } = await bench()
  const here = await told('GET', '/')
  expect(here).toMatchObject({ bootstrap: expect.stringMatching(/:9092$/), control: 'http://127.0.0.1:1/clusters/1' })
  expect(here.env).toMatchObject({ KAFKA_BROKERS: here.bootstrap, ODRADEK_CONTROL: here.control })
  await told('POST', '/records/orders', { key: '1', value: { id: 7 } })
  const fork = await told('POST', '/fork')
  expect(fork.bootstrap).not.toBe(here.bootstrap)
  const place = new URL(fork.control).pathname
  expect((await raw('GET', `${place}/records/orders`)).told.records).toHaveLength(1)
  await told('POST', '/reset')
  expect((await told('GET', '/records/orders')).records).toEqual([])
  expect((await raw('GET', `${place}/records/orders`)).told.records).toMatchObject([{ key: '1', value: { id: 7 } }])
  expect(await raw('DELETE', place)).toEqual({ status: 200, told: { left: [] } })
  expect(await raw('GET', place)).toMatchObject({ status: 409, told: { error: 'this broker has been stopped' } })
})

test('snapshots are restored and dropped', async () => {
  const { told, ask } = await bench()
  const { snapshot } = await told('POST', '/snapshots')
  await told('POST', '/topics', ['users', { name: 'many', partitions: 3 }])
  await told('POST', `/snapshots/${snapshot}/restore`)
  expect(await ask('GET', '/records/users')).toMatchObject({
    status: 409,
    told: { code: 'UNKNOWN_TOPIC_OR_PARTITION', error: expect.stringContaining('there are orders') },
  })
  await told('DELETE', `/snapshots/${snapshot}`)
  expect((await ask('POST', `/snapshots/${snapshot}/restore`)).status).toBe(409)
})

test('a snapshot has a name beside its number', async () => {
  const { told, ask, raw } = await bench()
  const { snapshot } = await told('POST', '/snapshots', { name: 'before / after' })
  await told('POST', '/records/orders', { value: 1 })
  const fork = await told('POST', '/fork', { from: 'before / after' })
  expect((await raw('GET', `${new URL(fork.control).pathname}/records/orders`)).told.records).toEqual([])
  await told('POST', '/snapshots/before%20%2F%20after/restore')
  expect((await told('GET', '/records/orders')).records).toEqual([])
  await told('POST', `/snapshots/${snapshot}/restore`)
  await told('DELETE', '/snapshots/before%20%2F%20after')
  expect(await ask('POST', `/snapshots/${snapshot}/restore`)).toMatchObject({ status: 409 })
  expect(await ask('POST', '/fork', { from: 'befor' })).toMatchObject({
    status: 409,
    told: { error: "there is no snapshot 'befor'. None has a name." },
  })
  for (const name of ['', '7', 'empty', 7, 'x'.repeat(101)]) {
    expect(await ask('POST', '/snapshots', { name })).toMatchObject({ status: 400 })
  }
  expect(await ask('POST', '/snapshots', { nam: 'x' })).toMatchObject({ status: 400 })
})

test('nodes stop and start again, and leaders move', async () => {
  const { told, ask } = await bench({ brokers: 3, topics: [{ name: 'orders', partitions: 3 }] })
  const here = await told('GET', '/')
  const { nodes } = await told('GET', '/nodes')
  expect(nodes).toMatchObject([1, 2, 3].map(id => ({ id, isUp: true })))
  const addresses = nodes.map(({ address }: { address: string }) => address).join(',')
  expect([here.bootstrap, here.env.KAFKA_BROKERS]).toEqual([addresses, addresses])
  const { leader } = await told('GET', '/leaders/orders')
  const to = (leader % 3) + 1
  await told('PUT', '/leaders/orders', { to })
  expect(await told('GET', '/leaders/orders?partition=0')).toEqual({ leader: to })
  await told('POST', `/nodes/${to}/stop`)
  const { nodes: left } = await told('GET', '/nodes')
  expect(left.filter(({ isUp }: { isUp: boolean }) => !isUp)).toMatchObject([{ id: to }])
  expect((await told('GET', '/leaders/orders')).leader).not.toBe(to)
  expect((await ask('PUT', '/leaders/orders', { partition: 0, to })).status).toBe(409)
  await told('POST', `/nodes/${to}/start`)
  expect((await told('GET', '/nodes')).nodes).toMatchObject([1, 2, 3].map(id => ({ id, isUp: true })))
  await told('PUT', '/leaders/orders', { partition: 0, to })
  expect(await ask('POST', '/nodes/7/stop')).toMatchObject({ status: 409, told: { error: 'there is no node 7' } })
  expect((await ask('GET', '/leaders/nothing')).status).toBe(409)
  for (const move of [{}, { to: 'two' }, { to: 1, partition: -1 }, { to: 1, topic: 'orders' }]) {
    expect((await ask('PUT', '/leaders/orders', move)).status).toBe(400)
  }
})

test('time is moved, and stands still', async () => {
  const { told, ask, raw } = await bench()
  const { nowMs } = await told('POST', '/clock/freeze', { at: '2030-01-01T00:00:00Z' })
  expect(nowMs).toBe(Date.parse('2030-01-01'))
  expect((await told('POST', '/clock/advance', { by: '7d' })).nowMs).toBe(nowMs + 7 * 86_400_000)
  expect((await told('GET', '/clock')).nowMs).toBe(nowMs + 7 * 86_400_000)
  await told('POST', '/clock/resume')
  expect(await ask('POST', '/clock/advance', { by: 'a while' })).toMatchObject({ status: 400 })
  expect(await ask('POST', '/clock/freeze', { at: 'noon' })).toMatchObject({ status: 400 })
  expect(await raw('POST', '/clusters/1/clock/freeze', '{"at"')).toMatchObject({
    status: 400,
    told: { error: expect.stringMatching(/^the body of the request is no JSON: /) },
  })
})

test('faults are made, counted and lifted; things happen; a disk is full', async () => {
  const { at, port, told } = await bench()
  const client = await at.connect(port, 'svc')
  const produce = async () => {
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: makeBatch() }] }]
    const { responses } = await at.world.until(client.request(Produce, 9, { acks: 1, timeoutMs: 1, topicData }))
    return errorNameOf(responses[0]!.partitionResponses[0]!.errorCode)
  }
  const { fault } = await told('POST', '/faults', { api: 'Produce', error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders' })
  expect([await produce(), await told('GET', `/faults/${fault}`)]).toEqual(['NOT_LEADER_OR_FOLLOWER', { hits: 1 }])
  await told('DELETE', `/faults/${fault}`)
  expect(await produce()).toBe('NONE')
  await told('PUT', '/disk', { full: true })
  expect(await produce()).toBe('KAFKA_STORAGE_ERROR')
  await told('DELETE', '/faults')
  expect(await produce()).toBe('NONE')
  await told('POST', '/faults', { api: 'Heartbeat', when: 'disconnectAll' })
  const beat = client.request(Heartbeat, 3, { groupId: 'g', generationId: 1, memberId: 'm' })
  await expect(at.world.until(beat)).rejects.toThrow()
  expect(await told('POST', '/happen', { what: 'rebalance', to: 'g' })).toEqual({ count: 0 })
})

test('records and groups are waited for', async () => {
  const { at, told, ask } = await bench()
  await told('POST', '/records/orders', [{ value: 'first' }, { value: 'second' }])
  expect((await told('GET', '/records/orders?count=2')).records).toHaveLength(2)
  expect(await ask('GET', '/records/orders?count=3&timeoutMs=10')).toMatchObject({
    status: 409,
    told: { error: expect.stringMatching(/^orders does not have 3 records. 2 records were there:\n.*value="first"/) },
  })
  const bytes = { records: [{ key: null, value: Uint8Array.of(255), headers: [], partition: 0, timestampMs: 1 }] }
  await at.ask(1, 'produce', { topic: 'bytes', ...bytes })
  expect((await told('GET', '/records/bytes?partition=0')).records).toMatchObject([{ value: { base64: '/w==' } }])
  expect(await told('GET', '/groups/g')).toMatchObject({ state: 'Dead', members: [] })
  expect(await told('GET', '/groups/g?state=Dead')).toMatchObject({ state: 'Dead' })
  expect(await ask('GET', '/groups/g?members=1&timeoutMs=1')).toMatchObject({ status: 409 })
  expect((await told('GET', '/requests?api=Produce')).requests).toEqual([])
  expect((await told('GET', '/connections')).connections).toEqual([])
  await told('DELETE', '/topics/orders')
})

test('topics are listed, and a part of the records is read', async () => {
  const { told, ask } = await bench({
    topics: [{ name: 'many', partitions: 2, config: { 'retention.ms': 5_000 } }, 'orders'],
  })
  expect((await told('GET', '/topics')).topics).toEqual([
    { name: 'many', partitions: 2, replicationFactor: 1, config: { 'retention.ms': '5000' } },
    { name: 'orders', partitions: 1, replicationFactor: 1, config: {} },
  ])
  const at = Date.parse('2020-01-01')
  await told(
    'POST',
    '/records/orders',
    [0, 1, 2, 3].map(nth => ({ value: `${nth}`, timestampMs: at + nth * 1_000 })),
  )
  const read = async (query: string) =>
    (await told('GET', `/records/orders?${query}`)).records.map(({ value }: { value: string }) => value).join('')
  expect(await read('to=2')).toBe('01')
  expect(await read('from=1&to=end')).toBe('123')
  expect(await read('from=end')).toBe('')
  expect(await read('from=start&to=start')).toBe('')
  expect(await read(`from=@2020-01-01T00:00:01Z&to=@${at + 3_000}`)).toBe('12')
  expect(await read('from=2&count=2')).toBe('23')
  for (const wrong of ['to=-1', 'from=yesterday', 'to=@noon', 'to=']) {
    expect((await ask('GET', `/records/orders?${wrong}`)).status).toBe(400)
  }
})

test.each([
  ['GET', '/records/orders?count=x', 'count is a whole number from 0 to 2147483647, not "x"'],
  ['GET', '/records/orders?count=two&timeoutMs=1', 'count is a whole number'],
  ['GET', '/records/orders?count=5&timeoutMs=x', 'timeoutMs is a whole number'],
  ['GET', '/records/orders?count=1e3', 'count is a whole number'],
  ['GET', '/records/orders?count=', 'count is a whole number'],
  ['GET', '/records/orders?count=99999999999', 'count is a whole number'],
  ['GET', '/records/orders?count=1&count=2', 'count of GET /records/orders is given more than once'],
  ['GET', '/records/orders?partition=0.5', 'partition is a whole number'],
  ['GET', '/records/orders?nope=1', "GET /records/orders has no option 'nope'"],
  ['GET', '/records/orders?timeoutMS=1', 'Did you mean timeoutMs?'],
  ['GET', '/topics?count=1', "GET /topics has no option 'count'"],
  ['GET', '/groups/none?timeoutMs=x&state=Stable', 'timeoutMs is a whole number'],
  ['GET', '/groups/none?state=stable', 'state is one of Stable, Empty'],
  ['GET', '/groups/none?members=x', 'members is a whole number'],
  ['GET', '/groups/none?members=1.5', 'members is a whole number'],
  ['GET', '/groups/none?caughtUp=yes', 'caughtUp is true or false'],
  ['GET', '/leaders/orders?partition=-1', 'partition is a whole number'],
  ['GET', '/faults/abc', 'a fault is a whole number'],
  ['DELETE', '/snapshots/empty', 'a snapshot, unless it is told by its number,'],
  ['POST', '/nodes/one/stop', 'a node is a whole number'],
  ['POST', '/records/%zz', '%zz of the path is no text'],
  ['POST', '/clock/advance', 'by is a length of time as "7d", and has to be given'],
  ['POST', '/clock/freeze', 'at is a time from 1970 on', { at: -1 }],
  ['POST', '/clock/freeze', "a freeze has no option 'on'", { on: 1 }],
  ['PUT', '/disk', 'full is true or false, and has to be given', {}],
  ['PUT', '/disk', 'full is true or false, not "yes"', { full: 'yes' }],
  ['POST', '/reset', 'keepTopics is true or false', { keepTopics: 1 }],
  ['POST', '/fork', 'a snapshot, unless it is told by its number,', { from: false }],
  ['POST', '/happen', 'to is a text', { what: 'rebalance', to: 7 }],
])('%s %s makes no sense: %s', async (...[method, path, why, body]: readonly unknown[]) => {
  const { ask } = await bench()
  const answer = await ask(String(method), String(path), body)
  expect(answer).toMatchObject({ status: 400, told: { error: expect.stringContaining(String(why)) } })
})

test.each([
  ['DELETE', '/faults/99'],
  ['GET', '/faults/99'],
  ['DELETE', '/snapshots/99'],
])('%s %s: there is none', async (method, path) => {
  const { ask } = await bench()
  expect(await ask(method, path)).toMatchObject({
    status: 409,
    told: { error: expect.stringContaining('there is no') },
  })
})

test('what cannot be asked is told; web pages are not answered', async () => {
  const { raw, ask } = await bench()
  expect(await ask('GET', '/clok')).toMatchObject({ status: 404 })
  expect((await raw('GET', '/')).status).toBe(404)
  expect((await raw('GET', '/clusters/9')).status).toBe(409)
  expect((await raw('POST', '/clusters/1/topics', '{')).status).toBe(400)
  for (const [fault, why] of [
    [{ api: 'Produce', eror: 'X' }, "a fault has no option 'eror'. Did you mean error?"],
    [{ api: 'Produce' }, 'a fault is one of'],
    [{ error: 'NOT_CONTROLLER' }, 'a fault has an api'],
    [{ api: 'Produce', when: 'never' }, 'what happens is one of'],
    [{ api: 'Produze', drop: true }, 'no API is called Produze'],
    [{ api: 'Produce', error: 'OOPS' }, 'no error is called OOPS'],
    [{ api: 'Produce', drop: true, partition: 1 }, 'name the topic too'],
  ] as const) {
    expect(await ask('POST', '/faults', fault)).toMatchObject({
      status: 400,
      told: { error: expect.stringContaining(why) },
    })
  }
  expect(await ask('POST', '/happen', { what: 'nothing' })).toMatchObject({ status: 400 })
  for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }, { 'sec-fetch-site': 'none' }]) {
    expect((await raw('GET', '/clusters/1', '', headers)).status).toBe(403)
  }
})
