/** The judge is judged: a good history passes, and each kind of anomaly is found in one that has it. */
import { judge, type Seen, type SeenPartition } from './judge'
import { type Batch, Ledger, type Topic, valueOf } from './ledger'

const topicId = 'a'.repeat(32)

interface Told {
  readonly batches?: readonly Partial<Batch>[]
  readonly topic?: Partial<Topic>
}

/** One topic of one partition, to which producer `p` sent two batches of two records that were acknowledged. */
function ledgerOf({ batches = [{ baseOffset: 0 }, { baseOffset: 2 }], topic = {} }: Told = {}): Ledger {
  const ledger = new Ledger()
  ledger.topics.push({ name: 't', partitions: 1, id: topicId, created: 'acked', deleted: 'no', ...topic })
  for (const [nth, told] of batches.entries()) {
    const batch = ledger.batch({ topicId, partition: 0, producer: 'p', nth, count: 2, ...told })
    Object.assign(batch, { attempts: 1, outcome: 'acked', ...told })
  }
  return ledger
}

const records = (...names: string[]) =>
  names.map((name, offset) => {
    const [batch, i] = name.split('.')
    return { offset, value: valueOf(Number(batch), Number(i), 'x') }
  })

function seenOf(partition: Partial<SeenPartition> = {}, more: Partial<Seen> = {}): Seen {
  const all = partition.records ?? records('1.0', '1.1', '2.0', '2.1')
  const end = (all.at(-1)?.offset ?? -1) + 1
  return {
    topics: [{ name: 't', id: topicId, partitions: 1 }],
    partitions: [{ topicId, partition: 0, start: 0, highWatermark: end, end, records: all, ...partition }],
    commits: [],
    ...more,
  }
}

const kinds = (anomalies: readonly string[]): string[] => [...new Set(anomalies.map(text => text.split(':')[0]!))]

test('a good history has none', () => {
  expect(judge(ledgerOf(), seenOf())).toEqual([])
})

test('what was never answered may be there or not', () => {
  const ledger = ledgerOf({ batches: [{ baseOffset: 0 }, { outcome: 'sent' }] })
  expect(judge(ledger, seenOf())).toEqual([])
  expect(judge(ledger, seenOf({ records: records('1.0', '1.1') }))).toEqual([])
})

test.each<[string, Told, Partial<SeenPartition>]>([
  ['lost', {}, { records: records('1.0', '1.1') }],
  ['lost', {}, { records: records('2.0', '2.1', '1.0', '1.1') }],
  ['lost', { batches: [{ baseOffset: 0 }, { baseOffset: null }] }, { records: records('1.0', '1.1') }],
  ['phantom', {}, { records: records('1.0', '1.1', '2.0', '2.1', '3.0') }],
  [
    'phantom',
    { batches: [{ baseOffset: 0 }, { baseOffset: 2 }] },
    { records: records('1.0', '1.1', '2.0', '2.1', '2.2') },
  ],
  ['phantom', { batches: [{ baseOffset: 0 }, { outcome: 'refused' }] }, {}],
  ['duplicate', {}, { records: records('1.0', '1.1', '2.0', '2.1', '2.0', '2.1') }],
  ['duplicate', { batches: [{ producer: null, baseOffset: 0 }] }, { records: records('1.0', '1.1', '1.0', '1.1') }],
  [
    'disorder',
    { batches: [{ outcome: 'sent' }, { outcome: 'sent' }] },
    { records: records('2.0', '2.1', '1.0', '1.1') },
  ],
  ['torn', { batches: [{ outcome: 'sent' }] }, { records: records('1.0') }],
  ['torn', { batches: [{ outcome: 'sent' }, { outcome: 'sent' }] }, { records: records('1.0', '1.1', '2.1') }],
  ['gap', {}, { records: records('1.0', '1.1', '2.0', '2.1').map(each => ({ ...each, offset: each.offset + 1 })) }],
  ['gap', { batches: [] }, { records: [], highWatermark: 2, end: 2 }],
  ['bounds', {}, { end: 3 }],
  ['lost start', { batches: [] }, { start: 4, records: [], highWatermark: 4, end: 4 }],
])('%s', (kind, told, partition) => {
  expect(kinds(judge(ledgerOf(told), seenOf(partition)))).toContain(kind)
})

test('changed, also between two readers; shrunk', () => {
  const ledger = ledgerOf()
  ledger.read(topicId, 0, [{ offset: 1, value: '9.9.' }], 6)
  expect(kinds(judge(ledger, seenOf()))).toEqual(expect.arrayContaining(['changed', 'shrunk']))
  ledger.read(topicId, 0, [{ offset: 1, value: '9.8.' }], 6)
  expect(ledger.anomalies).toHaveLength(1)
})

test('deleted records stay deleted', () => {
  const ledger = ledgerOf()
  ledger.at(topicId, 0).starts.push({ asked: 2, outcome: 'acked' })
  expect(kinds(judge(ledger, seenOf()))).toEqual(['undeleted'])
  const rest = records('1.0', '1.1', '2.0', '2.1').slice(2)
  expect(judge(ledger, seenOf({ start: 2, records: rest }))).toEqual([])
})

test('topics: phantom, undead, lost, changed', () => {
  const topics = (name: string, id: string, partitions = 1): Partial<Seen> => ({ topics: [{ name, id, partitions }] })
  expect(kinds(judge(ledgerOf(), seenOf({}, { topics: [] })))).toEqual(['lost topic'])
  expect(kinds(judge(ledgerOf(), seenOf({}, topics('u', 'b'.repeat(32)))))).toEqual(['phantom topic', 'lost topic'])
  expect(kinds(judge(ledgerOf({ topic: { deleted: 'acked' } }), seenOf()))).toEqual(['undead topic'])
  expect(kinds(judge(ledgerOf(), seenOf({}, topics('t', topicId, 2))))).toEqual(['changed topic'])
  expect(judge(ledgerOf({ topic: { deleted: 'sent' } }), seenOf({}, { topics: [] }))).toEqual([])
})

describe('commits', () => {
  const commit = { group: 'g', topicId, partition: 0 }
  const has = (ledger: Ledger, offset: number) => kinds(judge(ledger, seenOf({}, { commits: [{ ...commit, offset }] })))

  test('the last acknowledged, or one that was not answered after it', () => {
    const ledger = ledgerOf()
    ledger.commits.push(
      { ...commit, offset: 1, beganMs: 1, endedMs: 2, outcome: 'acked' },
      { ...commit, offset: 2, beganMs: 3, endedMs: 4, outcome: 'acked' },
      { ...commit, offset: 3, beganMs: 5, endedMs: 9, outcome: 'sent' },
      { ...commit, offset: 4, beganMs: 6, endedMs: 9, outcome: 'refused' },
    )
    expect([2, 3].map(offset => has(ledger, offset))).toEqual([[], []])
    expect([-1, 0, 1, 4].map(offset => has(ledger, offset))).toEqual(Array(4).fill(['commit']))
  })

  test('nothing, only if nothing was acknowledged', () => {
    const ledger = ledgerOf()
    ledger.commits.push({ ...commit, offset: 1, beganMs: 1, endedMs: 2, outcome: 'sent' })
    expect(has(ledger, -1)).toEqual([])
  })

  test('a process that ended does nothing any more', () => {
    const ledger = ledgerOf()
    ledger.commits.push({ ...commit, offset: 1, beganMs: 1, endedMs: Infinity, outcome: 'sent' })
    ledger.processEnded(5)
    ledger.commits.push({ ...commit, offset: 2, beganMs: 6, endedMs: 7, outcome: 'acked' })
    expect(has(ledger, 1)).toEqual(['commit'])
  })
})
