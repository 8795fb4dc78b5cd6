/** A few stories of transactions; and their judge is judged, by one history for each anomaly. */
import { judgeTransactions, type SeenInTheEnd, type TransactionHistory } from './history'
import { tellTransactions } from './story'

test.each([1, 2, 3, 4, 5, 6])('seed %i', async seed => {
  expect((await tellTransactions(seed)).anomalies).toEqual([])
})

test('a story is told alike twice, and in it there are transactions', async () => {
  const first = await tellTransactions(9)
  expect((await tellTransactions(9)).fingerprint).toBe(first.fingerprint)
  expect(first.committed).toBeGreaterThan(3)
})

const transaction = (id: number, more: Partial<TransactionHistory> = {}): TransactionHistory => ({
  id,
  transactionalId: 'tx',
  outcome: 'committed',
  written: new Map([
    ['a-0', 1],
    ['b-0', 2],
  ]),
  doubtful: new Map(),
  offset: id,
  doubtfulOffset: false,
  ...more,
})

interface Shown {
  readonly a?: readonly string[]
  readonly b?: readonly string[]
  readonly offset?: number
  readonly stable?: number
  readonly offsets?: readonly number[]
}

function shown({
  a = ['1.0', '2.0'],
  b = ['1.0', '1.1', '2.0', '2.1'],
  offset = 2,
  stable = 9,
  offsets,
}: Shown = {}): SeenInTheEnd {
  const partition = (name: string, values: readonly string[]) => ({
    partition: name,
    values,
    offsets: offsets ?? values.map((_, i) => i),
    lastStableOffset: stable,
    highWatermark: 9,
  })
  return { partitions: [partition('a-0', a), partition('b-0', b)], committed: new Map([['tx', offset]]) }
}

const kinds = (history: TransactionHistory[], seen: SeenInTheEnd) => [
  ...new Set(judgeTransactions(history, seen).map(text => text.split(':')[0])),
]

test('a good history has no anomaly, whether what was never answered is there or not', () => {
  expect(kinds([transaction(1), transaction(2)], shown())).toEqual([])
  const unknown = transaction(2, { outcome: 'unknown' })
  expect(kinds([transaction(1), unknown], shown())).toEqual([])
  expect(kinds([transaction(1), unknown], shown({ a: ['1.0'], b: ['1.0', '1.1'], offset: 1 }))).toEqual([])
})

const both = () => [transaction(1), transaction(2)]
test.each<[string, TransactionHistory[], Shown]>([
  ['lost', both(), { a: ['1.0'] }],
  ['lost', both(), { b: ['1.0', '1.1', '2.0'] }],
  ['aborted read', [transaction(1), transaction(2, { outcome: 'aborted', offset: null })], { offset: 1 }],
  ['aborted read', [transaction(1), transaction(2, { outcome: 'open', offset: null })], { offset: 1 }],
  ['torn', [transaction(1), transaction(2, { outcome: 'unknown' })], { a: ['1.0'] }],
  ['duplicate', both(), { a: ['1.0', '2.0', '2.0'] }],
  ['disorder', both(), { a: ['2.0', '1.0'] }],
  ['phantom', both(), { a: ['1.0', '2.0', '7.0'] }],
  ['offsets', both(), { offsets: [3, 3, 4, 5] }],
  ['stuck', both(), { stable: 4 }],
  ['offset', both(), { offset: 1 }],
  ['offset', [transaction(1), transaction(2, { outcome: 'aborted' })], { a: ['1.0'], b: ['1.0', '1.1'], offset: 2 }],
  ['offset', [transaction(1), transaction(2, { outcome: 'unknown' })], { a: ['1.0'], b: ['1.0', '1.1'], offset: 2 }],
])('%s', (kind, history, seen) => {
  expect(kinds(history, shown(seen))).toContain(kind)
})
