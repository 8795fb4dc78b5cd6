/**
 * Valid requests of every API and version, damaged, to a whole node in a simulated world. Each connection ends in a reply
 * or a close, nothing throws what nobody expected, and another client is served all the while.
 */
import fc from 'fast-check'
import { handlers } from '../../src/broker/apis/index'
import { ClientConnection } from '../../src/client/connection'
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import type { Platform } from '../../src/platform/platform'
import { Dice } from '../../src/platform/simulated/dice'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { encode, codecOf, shapeOf } from '../../src/protocol/codec'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Fetch } from '../../src/protocol/messages/fetch'
import { Produce } from '../../src/protocol/messages/produce'
import { rangeOf } from '../../src/protocol/versions'
import { arbitraryOf } from '../support/arbitrary-message'
import { makeBatch } from '../support/batches'
import { mutated, requestFrame } from '../support/hostile'

const address = { host: 'broker', port: 9092 }
/** How many damaged frames of each version of each API. */
const perVersion = 12
/** Of an API with few versions more are sent, so that some are good enough for a reply. */
const leastInAll = 80
/** What a request may legally make the broker wait for; longer waits are cut off by the client. */
const patienceMs = 60_000

interface Stand {
  readonly world: World
  readonly platform: Platform
  readonly bugs: string[]
  readonly warnings: string[]
  probe(): Promise<void>
}

async function stand(seed: number): Promise<Stand> {
  const world = new World({ seed })
  const net = new SimulatedNet(world)
  const bugs: string[] = []
  const warnings: string[] = []
  const broker = new Machine(net, 'broker', line => {
    if (/ error \S/.test(line)) bugs.push(line)
    if (/ warn {2}\S/.test(line)) warnings.push(line)
  })
  const { config } = readConfig({
    // With the APIs that are off by default.
    flags: { host: 'broker', port: '9092', profile: 'test', set: ['odradek.client.telemetry=true'] },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'test',
  })
  await world.until(startNode(broker.boot(), config))
  const platform = new Machine(net, 'client').boot()
  const { network, timers } = platform
  const options = { network, timers, clientId: 'probe', requestTimeoutMs: 30_000, maxFrameBytes: 1 << 26 }
  const client = await world.until(ClientConnection.open(address, options))
  await world.until(
    client.request(CreateTopics, 7, {
      topics: [{ name: 'probe', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    }),
  )
  const probe = () => world.until(probed(client))
  return { world, platform, bugs, warnings, probe }
}

/** Writes a record and reads it back. */
async function probed(client: ClientConnection): Promise<void> {
  const records = makeBatch({ timestamps: [1_767_225_600_000] })
  const { responses } = await client.request(Produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1_000,
    topicData: [{ name: 'probe', partitionData: [{ index: 0, records }] }],
  })
  const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
  expect(errorCode).toBe(0)
  const fetched = await client.request(Fetch, 12, {
    maxWaitMs: 100,
    minBytes: 1,
    topics: [{ topic: 'probe', partitions: [{ partition: 0, fetchOffset: baseOffset, partitionMaxBytes: 1_000 }] }],
  })
  expect(fetched.responses[0]!.partitions[0]!.records!.length).toBe(records.length)
}

type Ending = 'reply' | 'closed' | 'silent'

/** Sends a frame over a connection of its own, and ends the connection. */
async function send({ world, platform }: Stand, frame: Buffer): Promise<Ending> {
  let ending: Ending = 'silent'
  let tell = (): void => {}
  const told = new Promise<void>(resolve => (tell = resolve))
  const end = (how: Ending) => {
    if (ending === 'silent') ending = how
    tell()
  }
  const connection = await world.until(
    platform.network.connect(address, () => ({ data: () => end('reply'), closed: () => end('closed') })),
  )
  connection.write([frame])
  const cancel = world.schedule(patienceMs, tell)
  await world.until(told)
  cancel()
  connection.destroy()
  return ending
}

/** Produce without acks gets no reply; the others may wait for records or members. */
const mayWait = new Set([0, 1, 11, 14])

/** Whether it is all there, and for an API that answers soon. */
const isToBeAnswered = (frame: Buffer): boolean =>
  frame.readInt32BE(0) === frame.length - 4 && frame.length >= 6 && !mayWait.has(frame.readInt16BE(4))

describe.each(handlers.map(handler => [handler.api.name, handler] as const))('%s', (name, handler) => {
  test('damaged requests', async () => {
    const { api, serves } = handler
    const { min, max } = rangeOf(serves)
    const standing = await stand(api.key)
    const dice = new Dice(`fuzz/${name}`)
    const endings = { reply: 0, closed: 0, silent: 0 }
    const ignored: string[] = []
    let sent = 0
    const numRuns = Math.max(perVersion, Math.ceil(leastInAll / (max - min + 1)))
    for (let version = min; version <= max; version += 1) {
      const shape = arbitraryOf(shapeOf(api, 'request'), version, 2)
      for (const message of fc.sample(shape, { numRuns, seed: version })) {
        const frame = mutated(requestFrame(api, version, message as never), dice)
        const ending = await send(standing, frame)
        endings[ending] += 1
        if (ending === 'silent' && isToBeAnswered(frame)) ignored.push(frame.toString('hex'))
        sent += 1
        if (sent % 100 === 0) await standing.probe()
      }
    }
    await standing.probe()
    expect(standing.bugs).toEqual([])
    expect(ignored).toEqual([])
    expect(endings.reply).toBeGreaterThan(0)
    expect(endings.closed).toBeGreaterThan(0)
    expect(standing.warnings.length).toBeLessThanOrEqual(endings.closed)
  })
})

test('canary: the frames that are damaged are good before, and most are read otherwise after', () => {
  const dice = new Dice('canary')
  const frame = requestFrame(CreateTopics, 7, { topics: [], timeoutMs: 1, validateOnly: true })
  const body = encode(codecOf(CreateTopics, 'request', 7), { topics: [], timeoutMs: 1, validateOnly: true })
  expect(frame.subarray(-body.length).equals(body)).toBe(true)
  const same = Array.from({ length: 200 }, () => mutated(frame, dice)).filter(each => each.equals(frame))
  expect(same.length).toBeLessThan(20)
})
