/**
 * Records of __transaction_state that cannot be read. Apache Kafka 4.4 was asked with each of them, between two ids of one
 * partition: all but those of unknown versions make it go on without what comes behind them.
 */
import { defaultTransactionSettings } from '../../../../src/coordinator/transaction/settings'
import { Transactions } from '../../../../src/coordinator/transaction/transactions'
import { lineLogger } from '../../../../src/platform/logger'
import { World } from '../../../../src/platform/simulated/world'
import { encodeKey, encodeValue } from '../../../../src/protocol/internal/encoding'
import { TransactionLogRecord, type TransactionLogValue } from '../../../../src/protocol/internal/transaction-log'
import { Refusal } from '../../../../src/protocol/errors'
import { ListLog } from '../../../support/record-logs'
import { timersOf } from '../../../support/worlds'

const keyOf = (transactionalId: string): Buffer => encodeKey(TransactionLogRecord, { transactionalId })

const valueOf = (more: Partial<TransactionLogValue> = {}): Buffer => {
  return encodeValue(TransactionLogRecord, 1, {
    producerId: 7,
    producerEpoch: 3,
    transactionTimeoutMs: 60_000,
    transactionStatus: 0,
    transactionPartitions: null,
    transactionLastUpdateTimestampMs: 0,
    transactionStartTimestampMs: -1,
    ...more,
  })
}

function ofVersion(version: number): Buffer {
  const value = valueOf()
  value.writeInt16BE(version, 0)
  return value
}

/** Loads a log of `records`; gives the ids that it finds, and what the log says. */
async function loaded(records: readonly (readonly [Buffer, Buffer | null])[]) {
  const world = new World({ seed: 3 })
  const log = new ListLog()
  for (const [key, value] of records) log.append([{ key, value }])
  const lines: string[] = []
  const transactions = new Transactions({
    clock: world.clock,
    timers: timersOf(world),
    logger: lineLogger(line => lines.push(line), world.clock.now, 'warn'),
    settings: () => defaultTransactionSettings,
    partitionCount: () => 1,
    open: () => log,
    coordinatorEpoch: () => 5,
    nextProducerId: async () => 100,
    writeMarker: () => undefined,
  })
  await world.until(transactions.loadAll())
  const find = async (id: string) => (await transactions.describe(id)).producerId
  const isNone = (error: unknown): null => {
    expect(error).toEqual(new Refusal('TRANSACTIONAL_ID_NOT_FOUND'))
    return null
  }
  const found = await world.until(Promise.all(['before', 'odd', 'behind'].map(id => find(id).catch(isNone))))
  transactions.stop()
  return { found, lines }
}

const before = [keyOf('before'), valueOf({ producerId: 1 })] as const
const behind = [keyOf('behind'), valueOf({ producerId: 2 })] as const

test.each<[string, Buffer, Buffer | null]>([
  ['an empty key', Buffer.alloc(0), valueOf()],
  ['a key of one byte', Buffer.alloc(1), valueOf()],
  ['a key that is cut', keyOf('odd').subarray(0, -2), valueOf()],
  ['a key that is cut, without a value', keyOf('odd').subarray(0, -2), null],
  ['a value of no bytes', keyOf('odd'), Buffer.alloc(0)],
  ['a value that is cut', keyOf('odd'), valueOf().subarray(0, -8)],
  ['a value of a later version', keyOf('odd'), ofVersion(99)],
  ['a value of a negative version', keyOf('odd'), ofVersion(-1)],
  ['a status that there is not', keyOf('odd'), valueOf({ transactionStatus: 99 })],
])('%s is passed over, and told in one line', async (_what, key, value) => {
  const { found, lines } = await loaded([before, [key, value], behind])
  expect(found).toEqual([1, null, 2])
  expect(lines).toEqual([
    expect.stringMatching(
      /error shard\.records\.passed-over shard=transaction-0 records=1 offset=1 error="Malformed: [^\n]*"/,
    ),
  ])
  expect(lines.join()).not.toContain('    at ')
})

test('however many there are, one line tells of them', async () => {
  const odd = [Buffer.alloc(1), valueOf()] as const
  const { found, lines } = await loaded([odd, before, odd, behind, odd])
  expect(found).toEqual([1, null, 2])
  expect(lines).toEqual([expect.stringContaining('records=3 offset=0 ')])
})

test('what is known of an id stays when a later record of it cannot be read', async () => {
  const { found } = await loaded([
    [keyOf('odd'), valueOf({ producerId: 9 })],
    [keyOf('odd'), ofVersion(99)],
  ])
  expect(found).toEqual([null, 9, null])
})

test.each<[string, Buffer, Buffer, number | null]>([
  ['a key of a later version is passed over without a word', Buffer.from('hello'), Buffer.from('world'), null],
  ['a value may be longer than is known', keyOf('odd'), Buffer.concat([valueOf(), Buffer.alloc(1)]), 7],
])('%s', async (_what, key, value, producerId) => {
  const { found, lines } = await loaded([before, [key, value], behind])
  expect(found).toEqual([1, producerId, 2])
  expect(lines).toEqual([])
})
