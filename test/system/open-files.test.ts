/** A broker that may have few files open, and more clients than that. */
import { connect, type Socket } from 'node:net'
import { residentBytes, until } from '../../scripts/judge/process'
import type { ClientConnection } from '../../src/client/connection'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { Odradek, scratch } from './odradek'

jest.setTimeout(120_000)

const openFiles = 128
const partitions = Array.from({ length: 150 }, (_, index) => index)

class Crowd {
  readonly #sockets: Socket[] = []
  connected = 0
  closed = 0

  constructor(port: number, count: number) {
    for (let nth = 0; nth < count; nth++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => void this.connected++)
      socket.on('close', () => void this.closed++)
      socket.on('error', () => {})
      this.#sockets.push(socket)
    }
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

const create = (client: ClientConnection, name: string) =>
  client.request(CreateTopics, 5, {
    topics: [{ name, numPartitions: partitions.length, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 30_000,
  })

async function produce(client: ClientConnection, name: string): Promise<number[]> {
  const partitionData = partitions.map(index => ({ index, records: makeBatch() }))
  const asked = { acks: -1, timeoutMs: 30_000, topicData: [{ name, partitionData }] }
  const { responses } = await client.request(Produce, 9, asked)
  return responses[0]!.partitionResponses.map(({ errorCode }) => errorCode)
}

const untilAnotherComesIn = (broker: Odradek): Promise<boolean> =>
  until('another comes in', 30_000, async () => {
    const next = await broker.connect()
    return next.request(ApiVersions, 2, {}).then(
      ({ errorCode }) => errorCode === 0,
      () => false,
    )
  })

test('those who are in are served, all partitions are written, and others come in when those have left', async () => {
  const broker = new Odradek(['start', '--port=0', '--json', `--data-dir=${scratch()}/data`], {}, openFiles)
  const { port } = await broker.ready()
  const client = await broker.connect()
  expect((await create(client, 'early')).topics[0]!.errorCode).toBe(0)
  const taken = partitions.map(() => 0)
  expect(await produce(client, 'early')).toEqual(taken)
  const crowds: Crowd[] = []
  const memory: number[] = []
  for (let round = 0; round < 10; round++) {
    const crowd = new Crowd(port, 300)
    crowds.push(crowd)
    // One is inside already, and the first of these fill what is left.
    const left = 300 - (round === 0 ? 15 : 0)
    await until('all have tried', 30_000, () => crowd.connected === 300 && crowd.closed >= left)
    memory.push(residentBytes(broker.pid))
  }
  const inside = crowds.reduce((sum, { connected, closed }) => sum + connected - closed, 0)
  expect(inside).toBe(15)
  // What the first took is more than all later ones together.
  expect(memory.at(-1)! - memory[1]!).toBeLessThan(32 * 1024 * 1024)
  expect((await create(client, 'late')).topics[0]!.errorCode).toBe(0)
  expect(await produce(client, 'late')).toEqual(taken)
  expect(await produce(client, 'early')).toEqual(taken)
  for (const crowd of crowds) crowd.leave()
  await untilAnotherComesIn(broker)
  const { stderr, code } = await broker.stop()
  expect(code).toBe(0)
  expect(stderr.match(/open-files-few limit=128 /g)).toHaveLength(1)
  // One a minute, whatever the machine makes of it; 2,985 were sent away.
  expect(stderr.match(/connection-refused/g)!.length).toBeLessThan(5)
  expect(stderr).not.toMatch(/partition-offline|EMFILE|ERROR|error /)
})

test('of several nodes, and with a control port, all ports together have one share', async () => {
  const broker = new Odradek(['--brokers=3', '--control', '--port=0', '--json'], {}, openFiles)
  const { bootstrapServers } = await broker.ready()
  const ports = bootstrapServers.split(',').map(address => Number(address.split(':')[1]))
  expect(ports).toHaveLength(3)
  // 80 may come in: in memory, all are for clients but 48.
  const crowds = ports.map(port => new Crowd(port, 40))
  const sum = (count: (crowd: Crowd) => number) => crowds.reduce((all, crowd) => all + count(crowd), 0)
  await until(
    'all have tried',
    30_000,
    () => sum(({ connected }) => connected) === 120 && sum(({ closed }) => closed) >= 40,
  )
  expect(sum(({ connected, closed }) => connected - closed)).toBe(80)
  for (const crowd of crowds) crowd.leave()
  await untilAnotherComesIn(broker)
  const { stderr, code } = await broker.stop()
  expect(code).toBe(0)
  expect(stderr.match(/open-files-few limit=128 /g)).toHaveLength(1)
  expect(stderr).toMatch(/connection-refused/)
})
