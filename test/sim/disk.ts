/** A broker with a data directory and a client, on machines of a simulated world, and what stories of sick disks ask of it. */
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { brokerAddress, Line } from './line'

export function brokerOnDisk(
  profile: string,
  seed: number,
  patienceMs: number,
  told: (line: string) => void = () => {},
) {
  const world = new World({ seed })
  const net = new SimulatedNet(world)
  const broker = new Machine(net, 'broker', told)
  const { host, port } = brokerAddress
  const { config } = readConfig({
    flags: { host, port: String(port), dataDir: '/data', profile, set: [] },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'strict',
  })
  const until = <T>(work: Promise<T>): Promise<T> => world.until(work, patienceMs)
  const start = async () => {
    const platform = broker.boot()
    return { platform, node: await until(startNode(platform, config)) }
  }
  const connect = () => new Line(new Machine(net, 'client').boot(), 'client', null)
  return { world, broker, until, start, connect }
}

/** Gives the code of its error. */
export async function create(line: Line, name: string): Promise<number> {
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  return (await line.ask(CreateTopics, 5, { topics, timeoutMs: 1000 })).topics[0]!.errorCode
}

/** Gives the code of its error. */
export async function produce(line: Line, name: string): Promise<number> {
  const topicData = [{ name, partitionData: [{ index: 0, records: makeBatch() }] }]
  const { responses } = await line.ask(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  return responses[0]!.partitionResponses[0]!.errorCode
}
