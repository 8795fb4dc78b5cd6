/** Partitions that there is no room for when their topic is made. */
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { errors } from '../../src/protocol/errors'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { OffsetForLeaderEpoch } from '../../src/protocol/messages/offset-for-leader-epoch'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { brokerAddress, Line } from './line'

async function produce(line: Line, name: string): Promise<number> {
  const topicData = [{ name, partitionData: [{ index: 0, records: makeBatch() }] }]
  const { responses } = await line.ask(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  return responses[0]!.partitionResponses[0]!.errorCode
}

const create = (line: Line, name: string) =>
  line.ask(CreateTopics, 5, {
    topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1000,
  })

test.each(['EMFILE', 'ENOSPC'])(
  'they are offline, come online by themselves, and may be deleted before (%s)',
  async code => {
    const world = new World({ seed: 1 })
    const net = new SimulatedNet(world)
    const broker = new Machine(net, 'broker')
    const { host, port } = brokerAddress
    const { config } = readConfig({
      flags: { host, port: String(port), dataDir: '/data', profile: 'strict', set: [] },
      environment: {},
      readFile: () => Buffer.alloc(0),
      defaultProfile: 'strict',
    })
    const platform = broker.boot()
    const until = <T>(work: Promise<T>): Promise<T> => world.until(work, 120_000)
    const pass = (ms: number) => until(new Promise<void>(resolve => void platform.timers.after(ms, resolve)))
    await until(startNode(platform, config))
    const line = new Line(new Machine(net, 'client').boot(), 'client', null)
    await until(create(line, 'early'))
    broker.diskFaults.fail = (_operation, path) => (/[/](late|gone)-0/.test(path) ? code : null)
    await until(create(line, 'late'))
    await until(create(line, 'gone'))
    await pass(20_000)
    expect(await until(produce(line, 'late'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    expect(await until(produce(line, 'early'))).toBe(0)
    await until(line.ask(DeleteTopics, 4, { topicNames: ['gone'], timeoutMs: 1000 }))
    broker.diskFaults.fail = () => null
    await pass(20_000)
    expect(await until(produce(line, 'late'))).toBe(0)
    expect(await until(produce(line, 'gone'))).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION.code)
    await until(create(line, 'gone'))
    expect(await until(produce(line, 'gone'))).toBe(0)
    broker.kill()
  },
)

test.each(['strict', 'prod'])(
  'a disk that is full at the first batch of a partition fails nothing (%s)',
  async profile => {
    const world = new World({ seed: 2 })
    const net = new SimulatedNet(world)
    const broker = new Machine(net, 'broker')
    const { host, port } = brokerAddress
    const { config } = readConfig({
      flags: { host, port: String(port), dataDir: '/data', profile, set: [] },
      environment: {},
      readFile: () => Buffer.alloc(0),
      defaultProfile: 'strict',
    })
    const until = <T>(work: Promise<T>): Promise<T> => world.until(work, 120_000)
    await until(startNode(broker.boot(), config))
    const line = new Line(new Machine(net, 'client').boot(), 'client', null)
    await until(create(line, 'orders'))
    broker.diskFaults.fail = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(await until(produce(line, 'orders'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    await world.runFor(10_000)
    broker.diskFaults.fail = () => null
    expect(await until(produce(line, 'orders'))).toBe(0)
    await world.runFor(100_000)
    // Which leader wrote what is on the disk as well, though there was no room for it at first.
    if (profile === 'strict') broker.kill()
    else broker.crash()
    line.close()
    await until(startNode(broker.boot(), config))
    const asked = { topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0 }] }] }
    const { topics } = await until(line.ask(OffsetForLeaderEpoch, 3, asked))
    expect(topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 1 })
    expect(await until(produce(line, 'orders'))).toBe(0)
    broker.kill()
  },
)
