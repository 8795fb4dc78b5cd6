/** What a reset makes of transactions that are open: their coordinator forgets them, so nothing may wait for their end. */
import type { ClientConnection } from '../../../../src/client/connection'
import type { ResetOptions } from '../../../../src/embedded/contract/options'
import { toProduce } from '../../../../src/embedded/contract/values'
import { AddOffsetsToTxn } from '../../../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../../src/protocol/messages/add-partitions-to-txn'
import { EndTxn } from '../../../../src/protocol/messages/end-txn'
import { errorNameOf } from '../../../../src/protocol/errors'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../../../src/protocol/messages/list-offsets'
import { OffsetFetch } from '../../../../src/protocol/messages/offset-fetch'
import { Produce } from '../../../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../../../src/protocol/messages/txn-offset-commit'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

const transactional = 16
const transactionalId = 't'

interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

/** A transaction that has written a record and committed an offset, and is not ended. */
async function begun({ world }: EngineBench, client: ClientConnection): Promise<Producer> {
  await world.until(client.request(FindCoordinator, 4, { keyType: 1, coordinatorKeys: [transactionalId] }))
  await world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  const ask = { transactionalId, transactionTimeoutMs: 60_000 }
  const { producerId, producerEpoch } = await world.until(client.request(InitProducerId, 4, ask))
  const own = {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
  }
  const v3AndBelowTopics = [{ name: 'orders', partitions: [0] }]
  await world.until(client.request(AddPartitionsToTxn, 3, { ...own, v3AndBelowTopics }))
  const records = makeBatch({ producerId: Number(producerId), attributes: transactional, baseSequence: 0 })
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
  const send = { transactionalId, acks: -1, timeoutMs: 1_000, topicData }
  const { responses } = await world.until(client.request(Produce, 9, send))
  expect(responses[0]!.partitionResponses[0]!.errorCode).toBe(0)
  const of = { transactionalId, producerId, producerEpoch, groupId: 'g' }
  await world.until(client.request(AddOffsetsToTxn, 2, of))
  const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: '' }]
  await world.until(client.request(TxnOffsetCommit, 2, { ...of, topics: [{ name: 'orders', partitions }] }))
  return { producerId, producerEpoch }
}

async function bench() {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ topics: ['orders'] })
  const client = await at.connect(port)
  const producer = await begun(at, client)
  const reset = (options: Partial<ResetOptions>) =>
    at.ask(cluster, 'reset', { keepTopics: false, keepGroups: false, ...options })
  const produce = (value: string) => at.ask(cluster, 'produce', { topic: 'orders', records: [toProduce({ value })] })
  const offsetAt = async (isolationLevel: number) => {
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1 }] }]
    const reply = await at.world.until(client.request(ListOffsets, 4, { replicaId: -1, isolationLevel, topics }))
    return reply.topics[0]!.partitions[0]!.offset
  }
  const committed = async () => {
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const ask = { groups: [{ groupId: 'g', topics }], requireStable: true }
    const { groups } = await at.world.until(client.request(OffsetFetch, 8, ask))
    const { errorCode, committedOffset } = groups[0]!.topics[0]!.partitions[0]!
    return { errorCode, committedOffset: Number(committedOffset) }
  }
  /** Another record of the transaction. */
  const sendOn = async ({ producerId }: Producer, baseSequence: number) => {
    const records = makeBatch({
      producerId: Number(producerId),
      attributes: transactional,
      baseSequence,
    })
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
    const send = { transactionalId, acks: -1, timeoutMs: 1_000, topicData }
    const { responses } = await client.request(Produce, 9, send)
    return errorNameOf(responses[0]!.partitionResponses[0]!.errorCode)
  }
  const add = async ({ producerId, producerEpoch }: Producer) => {
    const { resultsByTopicV3AndBelow: told } = await client.request(AddPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: 'orders', partitions: [0] }],
    })
    return errorNameOf(told[0]!.resultsByPartition[0]!.partitionErrorCode)
  }
  const end = async (of: Producer, isCommitted: boolean) => {
    const { errorCode } = await client.request(EndTxn, 3, { transactionalId, ...of, committed: isCommitted })
    return errorNameOf(errorCode)
  }
  const { until } = at.world
  const soon = <T>(work: Promise<T>): Promise<T> => until.call(at.world, work) as Promise<T>
  return { at, client, producer, reset, produce, offsetAt, committed, sendOn, add, end, soon }
}

test('before it nothing behind the open transaction is stable', async () => {
  const { produce, offsetAt, committed } = await bench()
  await produce('later')
  expect([await offsetAt(0), await offsetAt(1)]).toEqual([2, 0])
  expect(await committed()).toMatchObject({ errorCode: 88 })
})

test.each([
  [{ keepTopics: true }, 1],
  [{ keepTopics: true, keepGroups: true }, 1],
  [{ keepGroups: true }, 0],
  [{}, 0],
] as const)('after a reset with %j everything is', async (options, before) => {
  const { at, client, reset, produce, offsetAt, committed } = await bench()
  await reset(options)
  expect(await produce('later')).toMatchObject([{ offset: before }])
  expect([await offsetAt(0), await offsetAt(1)]).toEqual([before + 1, before + 1])
  expect(await committed()).toEqual({ errorCode: 0, committedOffset: -1 })
  // And once more: what was done to it holds.
  await reset(options)
  await begun(at, client)
  await reset(options)
  await produce('latest')
  expect(await offsetAt(1)).toBe(await offsetAt(0))
  expect(await committed()).toEqual({ errorCode: 0, committedOffset: -1 })
})

describe('a producer that goes on in a transaction that a reset has ended', () => {
  test.each([{ keepTopics: true }, {}])(
    'hears of it, begins anew and commits, after a reset with %j',
    async options => {
      const { at, client, producer, reset, offsetAt, sendOn, add, end, soon } = await bench()
      await reset(options)
      const before = await offsetAt(0)
      const told = [await soon(sendOn(producer, 1)), await soon(add(producer)), await soon(end(producer, true))]
      expect(told).toEqual([
        'INVALID_PRODUCER_ID_MAPPING',
        'INVALID_PRODUCER_ID_MAPPING',
        'INVALID_PRODUCER_ID_MAPPING',
      ])
      expect(await soon(end(producer, false))).toBe('INVALID_PRODUCER_ID_MAPPING')
      expect([await offsetAt(0), await offsetAt(1)]).toEqual([before, before])
      const anew = await begun(at, client)
      expect(await soon(end(anew, true))).toBe('NONE')
      // A record and the marker.
      expect([await offsetAt(0), await offsetAt(1)]).toEqual([before + 2, before + 2])
    },
  )

  test('leaves nothing open with what it sends while there is a reset', async () => {
    const { at, producer, reset, offsetAt, sendOn, add, soon } = await bench()
    const sent = [sendOn(producer, 1), add(producer), sendOn(producer, 2)]
    await reset({ keepTopics: true })
    const told = await soon(Promise.all(sent))
    expect(told).toHaveLength(3)
    await at.world.runFor(1_000)
    expect(await offsetAt(1)).toBe(await offsetAt(0))
  })
})
