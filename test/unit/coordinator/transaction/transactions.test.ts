/** The transaction coordinator over a log in memory: ids and epochs, ends, fences, timeouts, and what a restart finds. */
import type { EndOfTransaction } from '../../../../src/machine/record-log'
import { defaultTransactionSettings, type TransactionSettings } from '../../../../src/coordinator/transaction/settings'
import type { TopicPartition, Transaction } from '../../../../src/coordinator/transaction/state'
import { lastUsableEpoch } from '../../../../src/coordinator/transaction/state'
import { encodeTransactionRecord } from '../../../../src/coordinator/transaction/records'
import { Transactions } from '../../../../src/coordinator/transaction/transactions'
import { lineLogger } from '../../../../src/platform/logger'
import { World } from '../../../../src/platform/simulated/world'
import { Refusal } from '../../../../src/protocol/errors'
import { buildBatch } from '../../../../src/protocol/records/records'
import { ListLog } from '../../../support/record-logs'
import { timersOf } from '../../../support/worlds'

const id = 'shop'
const a: TopicPartition = { topic: 'a', partition: 0 }
const b: TopicPartition = { topic: 'b', partition: 1 }

class Bench {
  readonly world = new World({ seed: 3 })
  readonly log = new ListLog()
  readonly markers: (TopicPartition & EndOfTransaction)[] = []
  /** While set, markers cannot be written. */
  sick: Refusal | null = null
  readonly lines: string[] = []
  transactions!: Transactions
  #nextId = 100

  constructor(settings: Partial<TransactionSettings> = {}) {
    this.restart(settings)
  }

  restart(settings: Partial<TransactionSettings> = {}): void {
    this.transactions?.stop()
    this.transactions = new Transactions({
      clock: this.world.clock,
      timers: timersOf(this.world),
      logger: lineLogger(line => this.lines.push(line), this.world.clock.now, 'info'),
      settings: () => ({ ...defaultTransactionSettings, ...settings }),
      partitionCount: () => 1,
      open: () => this.log,
      coordinatorEpoch: () => 5,
      nextProducerId: async () => this.#nextId++,
      writeMarker: async (at, marker) => {
        if (this.sick) throw this.sick
        this.markers.push({ ...at, ...marker })
      },
    })
  }

  until<T>(work: T | Promise<T>): Promise<T> {
    return this.world.until(Promise.resolve(work))
  }

  init(expected: { producerId: number; producerEpoch: number } | null = null, timeoutMs = 60_000) {
    return this.until(this.transactions.init({ transactionalId: id, timeoutMs, expected }))
  }

  async add(producerId: number, producerEpoch: number, partitions = [a], version = 2): Promise<void> {
    const ask = { transactionalId: id, producerId, producerEpoch, partitions }
    await this.until(Promise.resolve().then(() => this.transactions.add(ask, version)))
  }

  end(producerId: number, producerEpoch: number, commit: boolean, bumps = true) {
    return this.until(this.transactions.end({ transactionalId: id, producerId, producerEpoch, commit, bumps }))
  }

  async state(): Promise<Transaction> {
    return this.until(this.transactions.describe(id))
  }
}

const refusal = (error: string) => expect.objectContaining({ error })

test('each start of a producer has the next epoch of the same id', async () => {
  const bench = new Bench()
  expect(await bench.init()).toEqual({ producerId: 100, producerEpoch: 0 })
  expect(await bench.init()).toEqual({ producerId: 100, producerEpoch: 1 })
  expect((await bench.state()).state).toBe('Empty')
})

test('timeouts beyond the limit, and ids that are empty, are refused', async () => {
  const bench = new Bench()
  await expect(bench.init(null, 0)).rejects.toThrow(refusal('INVALID_TRANSACTION_TIMEOUT'))
  await expect(bench.init(null, 1e9)).rejects.toThrow(refusal('INVALID_TRANSACTION_TIMEOUT'))
  const none = bench.transactions.init({ transactionalId: '', timeoutMs: 1, expected: null })
  await expect(none).rejects.toThrow(refusal('INVALID_REQUEST'))
})

test('a producer that recovers gives the id and epoch that it has; the same request twice is answered the same', async () => {
  const bench = new Bench()
  const first = await bench.init()
  const next = await bench.init(first)
  expect(next).toEqual({ producerId: 100, producerEpoch: 1 })
  expect(await bench.init(first)).toEqual(next)
  await bench.init(next)
  await expect(bench.init(first)).rejects.toThrow(refusal('PRODUCER_FENCED'))
  await expect(bench.init({ producerId: 7, producerEpoch: 0 })).rejects.toThrow(refusal('PRODUCER_FENCED'))
})

test('a commit goes to every partition, and the next transaction has the next epoch', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0, [a])
  await bench.add(100, 0, [a, b])
  expect(await bench.end(100, 0, true)).toEqual({ producerId: 100, producerEpoch: 1 })
  await bench.world.runFor(10)
  const marker = { producerId: 100, producerEpoch: 1, coordinatorEpoch: 5, commit: true, transactionVersion: 2 }
  expect(bench.markers).toEqual([
    { ...a, ...marker },
    { ...b, ...marker },
  ])
  expect(await bench.state()).toMatchObject({ state: 'CompleteCommit', producerEpoch: 1 })
  await expect(bench.add(100, 0)).rejects.toThrow(refusal('PRODUCER_FENCED'))
  await bench.add(100, 1)
  expect((await bench.state()).state).toBe('Ongoing')
})

test('an end that is asked for again is answered again, and one that contradicts it is refused', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0)
  await bench.end(100, 0, true)
  await bench.world.runFor(10)
  expect(await bench.end(100, 0, true)).toEqual({ producerId: 100, producerEpoch: 1 })
  await expect(bench.end(100, 0, false)).rejects.toThrow(refusal('INVALID_TXN_STATE'))
  await expect(bench.end(100, 1, true)).rejects.toThrow(refusal('INVALID_TXN_STATE'))
  await expect(bench.end(100, 3, true)).rejects.toThrow(refusal('PRODUCER_FENCED'))
  await expect(bench.end(9, 1, true)).rejects.toThrow(refusal('INVALID_PRODUCER_ID_MAPPING'))
})

test('an abort of nothing takes a new epoch too', async () => {
  const bench = new Bench()
  await bench.init()
  expect(await bench.end(100, 0, false)).toEqual({ producerId: 100, producerEpoch: 1 })
  await bench.world.runFor(10)
  expect((await bench.state()).state).toBe('CompleteAbort')
})

test('old producers keep their epoch, and may end nothing that was not begun', async () => {
  const bench = new Bench()
  await bench.init()
  await expect(bench.end(100, 0, false, false)).rejects.toThrow(refusal('INVALID_TXN_STATE'))
  await bench.add(100, 0, [a], 0)
  expect(await bench.end(100, 0, true, false)).toEqual({ producerId: 100, producerEpoch: 0 })
  await bench.world.runFor(10)
  expect(bench.markers[0]).toMatchObject({ producerEpoch: 0, transactionVersion: 0 })
  expect(await bench.end(100, 0, true, false)).toEqual({ producerId: 100, producerEpoch: 0 })
  await expect(bench.end(100, 0, false, false)).rejects.toThrow(refusal('INVALID_TXN_STATE'))
})

test.each([0, 2])('a twin aborts what is open, which fences its producer (version %i)', async version => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0, [a], version)
  await expect(bench.init()).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  await bench.world.runFor(10)
  expect(bench.markers).toEqual([expect.objectContaining({ commit: false, producerEpoch: 1 })])
  // An epoch further is what an end leaves behind as well, and then the end that is asked for contradicts it, with version 5.
  const expected = version === 2 ? 'INVALID_TXN_STATE' : 'PRODUCER_FENCED'
  await expect(bench.end(100, 0, true, version === 2)).rejects.toThrow(refusal(expected))
  expect(await bench.init()).toEqual({ producerId: 100, producerEpoch: 2 })
  await expect(bench.end(100, 0, true, version === 2)).rejects.toThrow(refusal('PRODUCER_FENCED'))
})

test('a producer that is fenced by the end of its own transaction goes on when it asks before others (KIP-360)', async () => {
  const bench = new Bench()
  const own = { producerId: 100, producerEpoch: 0 }
  await bench.init()
  await bench.add(100, 0)
  await expect(bench.init(own)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  await bench.world.runFor(10)
  // Asked twice, as Apache Kafka answers it: the epoch is not raised once more.
  expect(await bench.init(own)).toEqual({ producerId: 100, producerEpoch: 1 })
  expect(await bench.init(own)).toEqual({ producerId: 100, producerEpoch: 1 })
  expect(await bench.init()).toEqual({ producerId: 100, producerEpoch: 2 })
  await expect(bench.init(own)).rejects.toThrow(refusal('PRODUCER_FENCED'))
})

test.each([0, 1])(
  'at level %i a producer that was fenced stays out, and so does its twin',
  async transactionVersion => {
    const bench = new Bench({ transactionVersion })
    const own = { producerId: 100, producerEpoch: 0 }
    expect(await bench.init()).toEqual(own)
    await bench.add(100, 0, [a], 0)
    await expect(bench.init(own)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
    await bench.world.runFor(10)
    expect(bench.markers).toEqual([expect.objectContaining({ commit: false, producerEpoch: 1, transactionVersion: 0 })])
    for (const twin of [own, own]) await expect(bench.init(twin)).rejects.toThrow(refusal('PRODUCER_FENCED'))
    expect(await bench.state()).toMatchObject({ state: 'CompleteAbort', producerEpoch: 1, clientVersion: 0 })
    await expect(bench.end(100, 0, true, false)).rejects.toThrow(refusal('PRODUCER_FENCED'))
    // By version 5 the fence looks like an end whose answer was lost.
    await expect(bench.end(100, 0, true)).rejects.toThrow(refusal('INVALID_TXN_STATE'))
    expect(await bench.end(100, 0, false)).toEqual({ producerId: 100, producerEpoch: 1 })
    expect(await bench.init()).toEqual({ producerId: 100, producerEpoch: 2 })
    await expect(bench.init(own)).rejects.toThrow(refusal('PRODUCER_FENCED'))
  },
)

test('a producer whose time is up stays out below level 2', async () => {
  const bench = new Bench({ transactionVersion: 1 })
  await bench.init(null, 5_000)
  await bench.add(100, 0, [a], 0)
  await bench.world.runFor(30_000)
  expect(await bench.state()).toMatchObject({ state: 'CompleteAbort', producerEpoch: 1 })
  await expect(bench.init({ producerId: 100, producerEpoch: 0 })).rejects.toThrow(refusal('PRODUCER_FENCED'))
})

test('at the last epoch a producer that was fenced does not get the next id', async () => {
  const bench = new Bench({ transactionVersion: 1 })
  await bench.init()
  const transaction = { ...(await bench.state()), producerEpoch: lastUsableEpoch }
  const { key, value } = encodeTransactionRecord({ transactionalId: id, transaction }, 1)
  bench.log.append([{ key, value }])
  bench.restart({ transactionVersion: 1 })
  await bench.add(100, lastUsableEpoch, [a], 0)
  await expect(bench.init()).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  await bench.world.runFor(10)
  const own = { producerId: 100, producerEpoch: lastUsableEpoch }
  await expect(bench.init(own)).rejects.toThrow(refusal('UNKNOWN_SERVER_ERROR'))
  expect(await bench.init()).toEqual({ producerId: 101, producerEpoch: 0 })
})

test('at level 0 the log has what Kafka before 4.0 reads', async () => {
  for (const [transactionVersion, version] of [
    [0, 0],
    [1, 1],
    [2, 1],
  ]) {
    const bench = new Bench({ transactionVersion: transactionVersion! })
    await bench.init()
    expect(bench.log.entries.at(-1)!.value!.readInt16BE()).toBe(version)
    bench.restart({ transactionVersion: transactionVersion! })
    expect(await bench.state()).toMatchObject({ producerId: 100, producerEpoch: 0 })
  }
})

test('at level 0 nobody takes a new epoch from an end, and who tries may go on as before', async () => {
  const bench = new Bench({ transactionVersion: 0 })
  await bench.init()
  await expect(bench.add(100, 0, [a], 2)).rejects.toThrow(refusal('UNSUPPORTED_VERSION'))
  await expect(bench.end(100, 0, false)).rejects.toThrow(refusal('UNSUPPORTED_VERSION'))
  await bench.add(100, 0, [a], 0)
  await expect(bench.end(100, 0, true)).rejects.toThrow(refusal('UNSUPPORTED_VERSION'))
  expect(await bench.end(100, 0, true, false)).toEqual({ producerId: 100, producerEpoch: 0 })
})

test('while markers cannot be written the end is under way, and it goes on when they can', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0)
  bench.sick = new Refusal('KAFKA_STORAGE_ERROR')
  await bench.end(100, 0, true)
  await bench.world.runFor(1_000)
  expect((await bench.state()).state).toBe('PrepareCommit')
  await expect(bench.end(100, 0, true)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  // The next one of a fast producer, which has the new epoch already: Kafka sends everybody away for now.
  await expect(bench.end(100, 1, false)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  await expect(bench.end(100, 0, false)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  await expect(bench.add(100, 1)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  await expect(bench.init()).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
  bench.sick = null
  await bench.world.runFor(1_000)
  expect([(await bench.state()).state, bench.markers.length]).toEqual(['CompleteCommit', 1])
})

test('what is wrong with a partition is told once for a reason, and how often it failed when that is over', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0, [a, b])
  bench.sick = new Refusal('KAFKA_STORAGE_ERROR')
  await bench.end(100, 0, true)
  await bench.world.runFor(60_000)
  const failed = bench.lines.filter(line => line.includes('transaction.marker.failed'))
  expect(failed).toHaveLength(2)
  expect(failed[0]).toMatch(/topic=a partition=0 producer=100 error=.* failures=1$/)
  bench.sick = new Refusal('NOT_LEADER_OR_FOLLOWER')
  await bench.world.runFor(5_000)
  const changed = bench.lines.filter(line => line.includes('transaction.marker.failed')).slice(2)
  expect(changed).toHaveLength(2)
  // With pauses of a second, after those of 0.1, 0.2, 0.4 and 0.8 seconds.
  expect(changed[0]).toMatch(/topic=a partition=0 producer=100 error=.* failures=6\d$/)
  expect(bench.lines.join()).not.toContain('transaction.marker.done')
  bench.sick = null
  await bench.world.runFor(1_000)
  expect((await bench.state()).state).toBe('CompleteCommit')
  expect(bench.lines.filter(line => line.includes('transaction.marker.done'))).toEqual([
    expect.stringMatching(/topic=a partition=0 failures=6\d$/),
    expect.stringMatching(/topic=b partition=1 failures=6\d$/),
  ])
})

test('a partition that is gone needs no marker', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0)
  bench.sick = new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
  await bench.end(100, 0, true)
  await bench.world.runFor(1_000)
  expect((await bench.state()).state).toBe('CompleteCommit')
})

test('what was decided before a crash is finished after it', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0)
  bench.sick = new Refusal('NOT_LEADER_OR_FOLLOWER')
  await bench.end(100, 0, true)
  bench.restart()
  bench.sick = null
  await bench.until(bench.transactions.loadAll())
  await bench.world.runFor(1_000)
  expect(bench.markers).toEqual([expect.objectContaining({ ...a, commit: true, producerEpoch: 1 })])
  expect((await bench.state()).state).toBe('CompleteCommit')
})

test('what takes too long is aborted, and its producer fenced', async () => {
  const bench = new Bench()
  await bench.init(null, 5_000)
  await bench.add(100, 0)
  await bench.world.runFor(4_000)
  expect((await bench.state()).state).toBe('Ongoing')
  await bench.world.runFor(20_000)
  expect(await bench.state()).toMatchObject({ state: 'CompleteAbort', producerEpoch: 1 })
  await expect(bench.add(100, 0)).rejects.toThrow(refusal('PRODUCER_FENCED'))
})

test('an id that nobody uses is forgotten, one with a transaction is not', async () => {
  const bench = new Bench({ idExpirationMs: 1_000, removeIntervalMs: 500 })
  await bench.init(null, 600_000)
  await bench.add(100, 0)
  await bench.world.runFor(5_000)
  expect((await bench.state()).state).toBe('Ongoing')
  await bench.end(100, 0, true)
  await bench.world.runFor(5_000)
  await expect(bench.state()).rejects.toThrow(refusal('TRANSACTIONAL_ID_NOT_FOUND'))
  expect(bench.log.entries.at(-1)!.value).toBeNull()
})

test('when the epochs of an id have run out another id takes over', async () => {
  const bench = new Bench()
  await bench.init()
  const transaction = { ...(await bench.state()), producerEpoch: lastUsableEpoch }
  const { key, value } = encodeTransactionRecord({ transactionalId: id, transaction }, 2)
  bench.log.append([{ key, value }])
  bench.restart()
  await bench.add(100, lastUsableEpoch)
  expect(await bench.end(100, lastUsableEpoch, true)).toEqual({ producerId: 101, producerEpoch: 0 })
  await bench.world.runFor(10)
  expect(bench.markers[0]).toMatchObject({ producerId: 100, producerEpoch: lastUsableEpoch + 1 })
  expect(await bench.state()).toMatchObject({ producerId: 101, producerEpoch: 0, previousProducerId: 100 })
  expect(await bench.end(100, lastUsableEpoch, true)).toEqual({ producerId: 101, producerEpoch: 0 })
})

test('many that time out together are all aborted, in turns of the event loop', async () => {
  const bench = new Bench()
  const ids = Array.from({ length: 120 }, (_, nth) => `shop-${nth}`)
  for (const transactionalId of ids) {
    const { producerId } = await bench.until(
      bench.transactions.init({ transactionalId, timeoutMs: 5_000, expected: null }),
    )
    const ask = { transactionalId, producerId, producerEpoch: 0, partitions: [a, b] }
    await bench.until(Promise.resolve().then(() => bench.transactions.add(ask, 2)))
  }
  // Each decision of a turn is one append; what its markers complete comes after.
  const aborts: number[] = []
  const append = bench.log.append.bind(bench.log)
  bench.log.append = (entries, ...more) => {
    aborts.push(entries.length)
    return append(entries, ...more)
  }
  await bench.world.runFor(30_000)
  expect(Math.max(...aborts)).toBe(50)
  expect(bench.markers).toHaveLength(2 * ids.length)
  const states = await bench.until(
    Promise.all(ids.map(async transactionalId => (await bench.transactions.describe(transactionalId)).state)),
  )
  expect(new Set(states)).toEqual(new Set(['CompleteAbort']))
})

describe('a fence at the last epoch completes with a new id, as a Kafka does that was asked', () => {
  const opened = async (timeoutMs = 60_000) => {
    const bench = new Bench()
    await bench.init(null, timeoutMs)
    const transaction = { ...(await bench.state()), producerEpoch: lastUsableEpoch }
    const { key, value } = encodeTransactionRecord({ transactionalId: id, transaction }, 2)
    bench.log.append([{ key, value }])
    bench.restart()
    await bench.add(100, lastUsableEpoch)
    return bench
  }
  const own = { producerId: 100, producerEpoch: lastUsableEpoch }

  test.each([
    ['who comes anew has its second epoch', null, { producerId: 101, producerEpoch: 1 }],
    ['who recovers has its first', own, { producerId: 101, producerEpoch: 0 }],
  ])('%s', async (_, expected, next) => {
    const bench = await opened()
    await expect(bench.init(expected)).rejects.toThrow(refusal('CONCURRENT_TRANSACTIONS'))
    await bench.world.runFor(10)
    expect(bench.markers[0]).toMatchObject({ producerId: 100, producerEpoch: lastUsableEpoch + 1 })
    expect(await bench.state()).toMatchObject({ state: 'CompleteAbort', producerId: 101, producerEpoch: 0 })
    expect(await bench.init(expected)).toEqual(next)
  })

  test.each([
    ['who comes anew after its time was up', null, 1],
    ['who recovers after its time was up', own, 0],
  ])('%s', async (_, expected, producerEpoch) => {
    const bench = await opened(5_000)
    await bench.world.runFor(30_000)
    expect(await bench.state()).toMatchObject({ state: 'CompleteAbort', producerId: 101, producerEpoch: 0 })
    expect(await bench.init(expected)).toEqual({ producerId: 101, producerEpoch })
  })
})

test('partitions are verified for the transaction that is open', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0, [a], 0)
  const verify = (producerEpoch: number) =>
    bench.until(
      Promise.resolve().then(() =>
        bench.transactions.verify({ transactionalId: id, producerId: 100, producerEpoch, partitions: [a, b] }),
      ),
    )
  expect(await verify(0)).toEqual(['NONE', 'TRANSACTION_ABORTABLE'])
  await expect(verify(1)).rejects.toThrow(refusal('PRODUCER_FENCED'))
})

test('transactions are listed by state, id, age and name', async () => {
  const bench = new Bench()
  await bench.init()
  await bench.add(100, 0)
  await bench.world.runFor(100)
  const all = { states: [], producerIds: [], openForMs: -1, matches: () => true }
  const listed = async (filters: object) => (await bench.until(bench.transactions.list({ ...all, ...filters }))).length
  expect(await listed({})).toBe(1)
  expect(await listed({ states: ['Ongoing'] })).toBe(1)
  expect(await listed({ states: ['Empty'] })).toBe(0)
  expect(await listed({ producerIds: [7] })).toBe(0)
  expect(await listed({ openForMs: 50 })).toBe(1)
  expect(await listed({ openForMs: 5_000 })).toBe(0)
  expect(await listed({ matches: (name: string) => name === 'other' })).toBe(0)
})

/** Asked of a Kafka 4.4 whose `__transaction_state` had a `max.message.bytes` of 260, and of 20. */
describe('what does not fit into a batch of the topic', () => {
  const many = Array.from({ length: 60 }, (_, partition) => ({ topic: 'orders', partition }))
  const refusal = { error: 'UNKNOWN_SERVER_ERROR' }

  test('is refused, and the transaction stays what it was', async () => {
    const bench = new Bench({ batchBytesMax: 260 })
    const { producerId, producerEpoch } = await bench.init()
    await bench.add(producerId, producerEpoch, many.slice(0, 1))
    const before = [await bench.state(), bench.log.end]
    for (let again = 0; again < 2; again += 1) {
      await expect(bench.add(producerId, producerEpoch, many)).rejects.toMatchObject(refusal)
      expect([await bench.state(), bench.log.end]).toEqual(before)
    }
    await bench.add(producerId, producerEpoch, many.slice(1, 2))
    expect((await bench.state()).partitions).toEqual(new Map([['orders', [0, 1]]]))
    await bench.end(producerId, producerEpoch, true)
    await bench.world.runFor(10)
    expect((await bench.state()).state).toBe('CompleteCommit')
  })

  test('is judged by the batch, to a byte', async () => {
    const sizeOf = async (batchBytesMax: number): Promise<number> => {
      const bench = new Bench({ batchBytesMax })
      const { producerId, producerEpoch } = await bench.init()
      await bench.add(producerId, producerEpoch, many)
      const { key, value } = encodeTransactionRecord({ transactionalId: id, transaction: await bench.state() }, 2)
      return buildBatch({ records: [{ timestampMs: 0, key, value }] }).length
    }
    const sizeBytes = await sizeOf(1e6)
    expect(await sizeOf(sizeBytes)).toBe(sizeBytes)
    await expect(sizeOf(sizeBytes - 1)).rejects.toMatchObject(refusal)
  })

  test('keeps nobody in a transaction that is open when the limit is lowered', async () => {
    const bench = new Bench()
    const { producerId, producerEpoch } = await bench.init()
    await bench.add(producerId, producerEpoch, many)
    bench.restart({ batchBytesMax: 20 })
    const before = await bench.state()
    await expect(bench.end(producerId, producerEpoch, true)).rejects.toMatchObject(refusal)
    await expect(bench.end(producerId, producerEpoch, true, false)).rejects.toMatchObject(refusal)
    await expect(bench.init()).rejects.toMatchObject(refusal)
    expect(await bench.state()).toEqual(before)
    await bench.world.runFor(90_000)
    expect((await bench.state()).state).toBe('CompleteAbort')
    expect(bench.markers).toHaveLength(60)
  })
})

// Asked of Apache Kafka 4.4: its start is -1, and the time since then is compared.
test('an id that never began a transaction is older than any age that is asked for', async () => {
  const bench = new Bench()
  await bench.init()
  const all = { states: [], producerIds: [], matches: () => true }
  const listed = async (openForMs: number) => (await bench.until(bench.transactions.list({ ...all, openForMs }))).length
  expect(await listed(0)).toBe(1)
  expect(await listed(bench.world.clock.now() - 1)).toBe(1)
  expect(await listed(Number.MAX_SAFE_INTEGER)).toBe(0)
})
