/** A topic that is deleted while the machine fails is there with all it had, or is gone without a trace. */
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { errors } from '../../src/protocol/errors'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { brokerAddress, Line } from './line'

const partitions = [0, 1]
const hourMs = 3_600_000

class Story {
  readonly world: World
  readonly broker: Machine
  readonly told: string[] = []
  readonly #line: Line

  constructor(seed: number) {
    this.world = new World({ seed })
    const net = new SimulatedNet(this.world)
    this.broker = new Machine(net, 'broker', line => void this.told.push(line))
    this.#line = new Line(new Machine(net, 'client').boot(), 'client', null)
  }

  until<T>(work: Promise<T>): Promise<T> {
    return this.world.until(work, hourMs)
  }

  async start(): Promise<void> {
    const { host, port } = brokerAddress
    const { config } = readConfig({
      flags: { host, port: String(port), dataDir: '/data', profile: 'prod', set: [] },
      environment: {},
      readFile: () => Buffer.alloc(0),
      defaultProfile: 'prod',
    })
    this.#line.close()
    await this.until(startNode(this.broker.boot(), config))
  }

  create = (name: string) =>
    this.until(
      this.#line.ask(CreateTopics, 5, {
        topics: [{ name, numPartitions: partitions.length, replicationFactor: 1, assignments: [], configs: [] }],
        timeoutMs: 1000,
      }),
    )

  async produce(name: string): Promise<number[]> {
    const partitionData = partitions.map(index => ({ index, records: makeBatch() }))
    const asked = { acks: -1, timeoutMs: 1000, topicData: [{ name, partitionData }] }
    const { responses } = await this.until(this.#line.ask(Produce, 9, asked))
    return responses[0]!.partitionResponses.map(({ errorCode }) => errorCode)
  }

  async ends(name: string): Promise<{ errorCode: number; offset: number }[]> {
    const asked = partitions.map(partitionIndex => ({ partitionIndex, timestamp: -1 }))
    const wanted = { replicaId: -1, topics: [{ name, partitions: asked }] }
    const { topics } = await this.until(this.#line.ask(ListOffsets, 5, wanted))
    return topics[0]!.partitions.map(({ errorCode, offset }) => ({ errorCode, offset }))
  }

  /**
   * Deletes, and ends the process at the operation on files of that number: that one and all that the process still tries
   * before it is gone fail. Returns whether all was done before.
   */
  async deleteAndEnd(name: string, atOperation: number, end: (broker: Machine) => void): Promise<boolean> {
    let operations = 0
    const failed = new Promise<boolean>(resolve => {
      this.broker.diskFaults.fail = () => {
        if (operations === atOperation) {
          this.world.schedule(0, () => {
            end(this.broker)
            resolve(false)
          })
        }
        operations += 1
        return operations > atOperation ? 'EIO' : null
      }
    })
    const deleted = this.#line.ask(DeleteTopics, 4, { topicNames: [name], timeoutMs: 1000 }).then(
      // The directories are removed a minute later.
      () => this.world.sleep(120_000),
      () => new Promise<void>(() => {}),
    )
    const isOver = await this.until(Promise.race([failed, deleted.then(() => true)]))
    if (isOver) end(this.broker)
    this.broker.diskFaults.fail = () => null
    this.told.length = 0
    return isOver
  }

  names = () => this.broker.fileNames('/data')
}

const gone = { errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION.code, offset: -1 }

async function failAt(operation: number, end: (broker: Machine) => void): Promise<{ isOver: boolean; found: string }> {
  const story = new Story(operation)
  await story.start()
  await story.create('kept')
  await story.create('gone')
  expect(await story.produce('kept')).toEqual([0, 0])
  expect(await story.produce('gone')).toEqual([0, 0])
  const isOver = await story.deleteAndEnd('gone', operation, end)
  const found = story.names().filter(name => name.startsWith('gone')).length
  await story.start()
  expect(await story.ends('kept')).toEqual([0, 0].map(errorCode => ({ errorCode, offset: 1 })))
  const [first, ...others] = await story.ends('gone')
  for (const other of others) expect(other).toEqual(first)
  const isThere = first!.errorCode === 0
  expect(first).toEqual(isThere ? { errorCode: 0, offset: 1 } : gone)
  if (!isThere) {
    // Another of its name begins anew.
    await story.create('gone')
    expect(await story.ends('gone')).toEqual([0, 0].map(errorCode => ({ errorCode, offset: 0 })))
    await story.until(story.world.sleep(120_000))
    expect(
      story
        .names()
        .filter(name => name.startsWith('gone'))
        .sort(),
    ).toEqual(['gone-0', 'gone-1'])
  }
  expect(story.names().filter(name => name.endsWith('-stray'))).toEqual([])
  expect(story.told.filter(line => /log-set-aside|partition-offline|ERROR/.test(line))).toEqual([])
  // What was to be removed is not looked for at every start.
  const before = story.told.length
  story.broker.kill()
  await story.start()
  expect(story.told.slice(before).filter(line => line.includes('log-deleted'))).toEqual([])
  story.broker.kill()
  return { isOver, found: `${isThere ? 'there' : 'deleted'}, ${found} directories` }
}

test.each([
  ['kill -9', (broker: Machine) => broker.kill()],
  ['power', (broker: Machine) => broker.crash()],
] as const)('%s at any operation on files', async (_, end) => {
  const found = new Set<string>()
  let operation = 0
  for (let isOver = false; !isOver; operation += 1) {
    const result = await failAt(operation, end).catch((error: Error) => {
      throw new Error(`at operation ${operation}: ${error.message}`, { cause: error })
    })
    isOver = result.isOver
    found.add(result.found)
  }
  expect(operation).toBeGreaterThan(20)
  expect([...found].sort()).toEqual(
    expect.arrayContaining(['deleted, 0 directories', 'deleted, 2 directories', 'there, 2 directories']),
  )
})
