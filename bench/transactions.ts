/** Producers of transactions, one on each connection: a batch, its commit, and the next. */
import { ClientConnection } from '../src/client/connection'
import { silentLogger } from '../src/platform/logger'
import { nodePlatform } from '../src/platform/node/platform'
import { EndTxn } from '../src/protocol/messages/end-txn'
import { FindCoordinator } from '../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../src/protocol/messages/init-producer-id'
import { Produce } from '../src/protocol/messages/produce'
import type { LoadJob, LoadResult } from './job'
import { Latencies, ownCpu } from './latencies'
import { batchOf, type Producer, stampProducer } from './payload'

const platform = nodePlatform({ logger: silentLogger })

/** Says that the same is to be asked again. */
const passing = new Set([14, 15, 16, 51])

function connect({ port }: LoadJob): Promise<ClientConnection> {
  const { network, timers } = platform
  const options = { network, timers, clientId: 'bench', requestTimeoutMs: 60_000, maxFrameBytes: 1 << 26 }
  return ClientConnection.open({ host: '127.0.0.1', port }, options)
}

async function untilTaken<T extends { readonly errorCode: number }>(what: string, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const reply = await ask()
    if (reply.errorCode === 0) return reply
    if (!passing.has(reply.errorCode)) throw new Error(`${what}: error ${reply.errorCode}`)
    await new Promise<void>(resolve => void platform.timers.after(5, resolve))
  }
}

async function initiate(connection: ClientConnection, transactionalId: string | null): Promise<Producer> {
  if (transactionalId !== null) {
    const ask = { keyType: 1, coordinatorKeys: [transactionalId] }
    await untilTaken('coordinator', async () => (await connection.request(FindCoordinator, 4, ask)).coordinators[0]!)
  }
  const ask = { transactionalId, transactionTimeoutMs: 60_000 }
  return untilTaken('producer id', () => connection.request(InitProducerId, 4, ask))
}

/** A producer id of its own. */
export async function producerOf(job: LoadJob, transactionalId: string | null): Promise<Producer> {
  const connection = await connect(job)
  const producer = await initiate(connection, transactionalId)
  connection.close()
  return producer
}

/** A request is a whole transaction; its time is from sending the batch to the answer to the commit. */
export async function transactions(job: LoadJob): Promise<LoadResult> {
  const batch = batchOf(job.batchBytes, job.recordBytes)
  const latencies = new Latencies()
  let left = job.requests
  const lanes = await Promise.all(
    Array.from({ length: job.connections }, async (_, lane) => {
      const connection = await connect(job)
      const transactionalId = `${job.topic}-${lane}`
      return { connection, transactionalId, lane, producer: await initiate(connection, transactionalId) }
    }),
  )
  const began = performance.now()
  const work = async (own: (typeof lanes)[number]): Promise<void> => {
    const { connection, transactionalId } = own
    let { producerId, producerEpoch } = own.producer
    for (; left > 0; left -= 1) {
      const sentAtMs = performance.now()
      const records = stampProducer(Buffer.from(batch), { producerId, producerEpoch }, 0, true)
      const partitionData = [{ index: own.lane % job.partitions, records }]
      const topicData = [{ name: job.topic, partitionData }]
      const ask = { transactionalId, acks: -1, timeoutMs: 30_000, topicData }
      await untilTaken('produce', async () => {
        const { responses } = await connection.request(Produce, 12, ask)
        return responses[0]!.partitionResponses[0]!
      })
      const end = { transactionalId, producerId, producerEpoch, committed: true }
      const next = await untilTaken('commit', () => connection.request(EndTxn, 5, end))
      ;({ producerId, producerEpoch } = next)
      latencies.add(performance.now() - sentAtMs)
    }
  }
  await Promise.all(lanes.map(work))
  const seconds = (performance.now() - began) / 1000
  for (const { connection } of lanes) connection.close()
  return {
    bytes: job.requests * batch.length,
    requests: job.requests,
    seconds,
    p50Ms: latencies.quantileMs(0.5),
    p99Ms: latencies.quantileMs(0.99),
    cpuSeconds: ownCpu(),
  }
}
