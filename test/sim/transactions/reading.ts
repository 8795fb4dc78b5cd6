/** What is to be seen of transactions in the end, asked of a broker as consumers of committed records ask. */
import { Fetch } from '../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { batchBytesAt, isControlAt, lastOffsetAt, producerIdAt } from '../../../src/protocol/records/batch'
import { recordsOf } from '../../../src/protocol/records/records'
import type { Line } from '../line'
import type { Visible } from './history'
import type { Topic } from './worker'

type Asker = Pick<Line, 'ask'>
type Sleeper = { sleep(ms: number): Promise<void> }

/** Everything of a partition that a consumer of committed records sees. */
export async function readCommitted(asker: Asker, { name, id }: Topic, index: number): Promise<Visible> {
  const values: string[] = []
  const offsets: number[] = []
  for (let next = 0; ; ) {
    const { responses } = await asker.ask(Fetch, 13, {
      maxWaitMs: 0,
      minBytes: 0,
      isolationLevel: 1,
      topics: [{ topicId: id, partitions: [{ partition: index, fetchOffset: next, partitionMaxBytes: 2_000 }] }],
    })
    const told = responses[0]!.partitions[0]!
    if (told.errorCode !== 0) throw new Error(`${name}-${index} cannot be read: error ${told.errorCode}`)
    const before = next
    next = take(told.records, told.abortedTransactions ?? [], next, values, offsets)
    const { lastStableOffset, highWatermark } = told
    if (next === before) return { partition: `${name}-${index}`, values, offsets, lastStableOffset, highWatermark }
  }
}

/** Leaves out what was aborted, as consumers do. Gives the offset to go on from. */
function take(
  bytes: Buffer | null,
  aborted: readonly { readonly producerId: number; readonly firstOffset: number }[],
  from: number,
  values: string[],
  offsets: number[],
): number {
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  const gone = new Set<number>()
  let next = from
  for (let at = 0; bytes && at + 12 < bytes.length && at + batchBytesAt(bytes, at) <= bytes.length; ) {
    const last = lastOffsetAt(bytes, at)
    while (waiting[0] && waiting[0].firstOffset <= last) gone.add(waiting.shift()!.producerId)
    const producerId = producerIdAt(bytes, at)
    if (isControlAt(bytes, at)) gone.delete(producerId)
    else if (!gone.has(producerId)) {
      for (const record of recordsOf(bytes, at)) {
        if (record.offset < from) continue
        values.push(record.value!.toString())
        offsets.push(record.offset)
      }
    }
    next = last + 1
    at += batchBytesAt(bytes, at)
  }
  return next
}

/** The offset that a group has committed in the first partition of a topic; -1 for none. */
export async function committedBy(asker: Asker, time: Sleeper, group: string, { name, id }: Topic): Promise<number> {
  for (;;) {
    await asker.ask(FindCoordinator, 4, { keyType: 0, coordinatorKeys: [group] })
    const topics = [{ name, topicId: id, partitionIndexes: [0] }]
    const { groups } = await asker.ask(OffsetFetch, 9, {
      groups: [{ groupId: group, topics }],
      requireStable: true,
    })
    const told = groups[0]!
    const one = told.topics[0]?.partitions[0]
    if (told.errorCode === 0 && one?.errorCode === 0) return Number(one.committedOffset)
    await time.sleep(20)
  }
}
