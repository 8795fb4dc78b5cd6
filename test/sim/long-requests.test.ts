/** Long requests that arrive slowly hold no more than `queued.max.request.bytes`, and keep nobody out for ever. */
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import type { Connection } from '../../src/platform/network'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { longRequest } from '../support/long-request'
import { brokerAddress, Line } from './line'

const requestBytes = 900_000
const idleMs = 60_000

async function stage() {
  const world = new World({ seed: 5 })
  const net = new SimulatedNet(world)
  const { host, port } = brokerAddress
  const set = [
    'queued.max.request.bytes=1000000',
    'socket.request.max.bytes=1000000',
    `connections.max.idle.ms=${idleMs}`,
  ]
  const { config } = readConfig({
    flags: { host, port: String(port), dataDir: '/data', profile: 'strict', set },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'strict',
  })
  const until = <T>(work: Promise<T>): Promise<T> => world.until(work, 60_000)
  await until(startNode(new Machine(net, 'broker').boot(), config))
  const platform = new Machine(net, 'client').boot()
  const connect = async () => {
    const heard = { bytes: 0, isClosed: false }
    let connection!: Connection
    const events = {
      data: (chunk: Buffer) => void (heard.bytes += chunk.length),
      closed: () => void (heard.isClosed = true),
    }
    await until(platform.network.connect(brokerAddress, own => ((connection = own), events)))
    return { heard, write: (bytes: Buffer) => connection.write([bytes]), unsentBytes: () => connection.queuedBytes() }
  }
  return { world, until, connect, line: new Line(platform, 'short', null) }
}

test('of sixteen at a time some are read, the others when those are there, and all are answered', async () => {
  const { world, until, connect, line } = await stage()
  const clients: Awaited<ReturnType<typeof connect>>[] = []
  while (clients.length < 16) clients.push(await connect())
  const request = longRequest(requestBytes)
  for (const { write } of clients) write(request.subarray(0, -1))
  await world.runFor(5_000)
  expect(clients.filter(({ unsentBytes }) => unsentBytes() === 0)).toHaveLength(2)
  expect((await until(line.ask(ApiVersions, 2, {}))).errorCode).toBe(0)
  for (const { write } of clients) write(request.subarray(-1))
  await world.runFor(5_000)
  expect(clients.filter(({ heard }) => heard.bytes > 0 && !heard.isClosed)).toHaveLength(16)
})

test('of those who send a byte now and then one is closed, and who waits for that is answered', async () => {
  const { world, connect } = await stage()
  const request = longRequest(requestBytes)
  const [slow, slower, other] = [await connect(), await connect(), await connect()]
  slow.write(request.subarray(0, 10))
  slower.write(request.subarray(0, 10))
  await world.runFor(1_000)
  other.write(request)
  for (let nth = 0; nth < 8; nth++) {
    await world.runFor(idleMs / 5)
    for (const { write } of [slow, slower]) write(request.subarray(10 + nth, 11 + nth))
  }
  const told = [slow, slower, other].map(({ heard }) => [heard.isClosed, heard.bytes > 0])
  expect(told).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ])
})
