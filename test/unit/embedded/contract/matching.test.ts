import {
  checkMatch,
  groupLines,
  isMatch,
  type Match,
  matchText,
  seenLines,
  wishText,
} from '../../../../src/embedded/contract/matching'
import { type Content, recordFrom, type Rec, toProduce } from '../../../../src/embedded/contract/values'

const record: Rec = {
  topic: 'orders',
  partition: 0,
  offset: 4,
  timestampMs: 1,
  key: 'k',
  value: { id: 1, lines: [{ sku: 'a', count: 2 }] },
  headers: { trace: Buffer.from([1]) },
}

test.each<[Match<unknown>, boolean]>([
  [{ key: 'k' }, true],
  [{ key: 'other' }, false],
  [{ value: { id: 1 } }, true],
  [{ value: { id: '1' } }, false],
  [{ value: { lines: [{ sku: 'a' }] } }, true],
  [{ value: { lines: [] } }, false],
  [{ value: { id: expect.any(Number) as unknown } }, true],
  [{ value: null }, false],
  [{ headers: { trace: Buffer.from([1]) } } as Match<unknown>, true],
  [{ headers: { trace: Buffer.from([2]) } } as Match<unknown>, false],
  [({ offset }) => offset === 4, true],
  [() => false, false],
])('%j', (match, matches) => {
  expect(isMatch(record, match)).toBe(matches)
})

const at = '2030-01-01T00:00:00.000Z'
const told: Rec = { ...record, value: { name: 'ann', at, atMs: Date.parse(at), none: null } }

test.each<[string, unknown, boolean]>([
  ['a RegExp tests texts', { name: /^a/g }, true],
  ['a RegExp that is not met', { name: /^b/ }, false],
  ['a RegExp and no text', { atMs: /1/ }, false],
  ['a Date is the time of a text', { at: new Date(at) }, true],
  ['a Date is the time of a number', { atMs: new Date(at) }, true],
  ['another time', { at: new Date(1) }, false],
  ['a Date and no time', { name: new Date(1) }, false],
  ['a Date and nothing', { none: new Date(0) }, false],
  ['a matcher', expect.objectContaining({ name: 'ann' }), true],
  ['a matcher that is not met', expect.objectContaining({ name: 'bob' }), false],
])('%s', (_what, value, matches) => {
  checkMatch({ value }, 'a match')
  expect(isMatch(told, { value })).toBe(matches)
})

class Order {
  readonly id = 1
}
const round: { self?: unknown } = {}
round.self = round

test.each<[string, unknown]>([
  ['a Map', { value: new Map() }],
  ['a Set within', { value: { tags: new Set(['a']) } }],
  ['an object of a class', { value: new Order() }],
  ['a Date that is none', { value: { at: new Date(Number.NaN) } }],
  ['a function within', { value: { id: () => true } }],
  ['a BigInt', { value: 1n }],
  ['what is part of itself', { value: round }],
  ['a RegExp for the whole record', /a/],
  ['a Map for the whole record', new Map()],
  ['an async function', async () => false],
])('%s is refused', (_what, match) => {
  expect(() => checkMatch(match, 'a match')).toThrow(TypeError)
})

test('a function that gives a promise matches nothing, and says so', () => {
  const match = (() => Promise.reject(new Error('x'))) as unknown as Match<unknown>
  expect(() => isMatch(record, match)).toThrow(/predicates are synchronous/)
})

test.each<[Content]>([
  ['text'],
  ['{ "a" : 1 }'],
  [Buffer.from('text')],
  [Buffer.from('{"a":1}')],
  [Buffer.from([0xff, 1])],
  [Uint16Array.of(1, 2)],
  [7],
  [1e21],
  [true],
  [null],
  [new Date(at)],
  [{ at: new Date(at), bytes: Buffer.from('a'), list: [1, { b: 2 }] }],
  [[]],
])('what is produced is found by itself: %p', content => {
  const { key, value, headers } = toProduce({
    key: content,
    value: content,
    headers: { h: 'text', b: Buffer.from('b') },
  })
  const read = recordFrom('orders', { partition: 0, offset: 0, timestampMs: 0, key, value, headers }, 'auto')
  const match = { value: content, headers: { h: Buffer.from('text'), b: 'b' } }
  checkMatch(match, 'a match')
  expect(isMatch(read, match)).toBe(true)
  expect(isMatch(read, { key: content })).toBe(true)
  expect(isMatch(read, { value: 'another' })).toBe(false)
  expect(isMatch(read, { value: 8 })).toBe(false)
})

test('what was there instead is told, the newest of it, and long values cut', () => {
  expect(seenLines([])).toBe('No record was there.')
  expect(seenLines([record])).toBe(
    '1 record was there:\n' +
      '  partition 0, offset 4: key="k" value={"id":1,"lines":[{"sku":"a","count":2}]} ' +
      'headers={"trace":"<01>"}',
  )
  const many = Array.from({ length: 12 }, (_, offset) => ({ ...record, offset, value: 'x'.repeat(500), headers: {} }))
  const lines = seenLines(many).split('\n')
  expect(lines).toHaveLength(11)
  expect(lines[0]).toBe('12 records were there, the last 10 of them:')
  expect(lines[1]).toMatch(/^ {2}partition 0, offset 2: key="k" value="x{199}\.\.\.$/)
})

test('a record of a hundred megabytes is told like any other', () => {
  const text = '\0'.repeat(100_000_000)
  const bytes = Buffer.alloc(300_000_000)
  const told = [text, bytes, { text }, [[text]], { a: { bytes } }].map(value => {
    return seenLines([{ ...record, value, headers: { text, bytes, both: [text, bytes] } }])
  })
  const zeros = String.raw`\u0000`.repeat(40)
  expect(told.map(lines => lines.split(' value=')[1]!.slice(0, 20))).toEqual([
    `"${zeros}`.slice(0, 20),
    `<${'0'.repeat(19)}`,
    `{"text":"${zeros}`.slice(0, 20),
    `[["${zeros}`.slice(0, 20),
    `{"a":{"bytes":"<${'0'.repeat(20)}`.slice(0, 20),
  ])
  for (const lines of told) expect(lines.length).toBeLessThan(600)
})

test('what was asked', () => {
  expect(matchText({ key: '1' })).toBe('has {"key":"1"}')
  expect(matchText({ key: /^a/ })).toBe('has {"key":"/^a/"}')
  expect(matchText(() => true)).toMatch(/^matches "\(\) ?=> ?true"$/)
  expect(wishText({ state: 'Stable', members: 1, assigned: ['a', 'b'], caughtUp: true })).toBe(
    'Stable, of 1 member, assigned a, b, caught up',
  )
})

test('a group as it is', () => {
  const assigned = [{ topic: 'orders', partition: 0 }]
  const lag = [{ topic: 'orders', partition: 0, committed: null, end: 3, records: 3, seconds: 1 }]
  const members = [{ memberId: 'm', clientId: 'c', host: 'h', assigned }]
  expect(groupLines({ group: 'g', state: 'Stable', members, lag })).toBe(
    'It is Stable, with 1 member.\n' +
      '  member m (client "c"): orders-0\n' +
      '  orders-0: committed nothing, ends at 3, 3 behind',
  )
})
