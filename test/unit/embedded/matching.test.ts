import { groupLines, isMatch, type Match, matchText, seenLines, wishText } from '../../../src/embedded/matching'
import type { Rec } from '../../../src/embedded/values'

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

test('what was there instead is told, the newest of it, and long values cut', () => {
  expect(seenLines([])).toBe('No record was there.')
  expect(seenLines([record])).toBe(
    '1 record was there:\n' +
      '  partition 0, offset 4: key="k" value={"id":1,"lines":[{"sku":"a","count":2}]} ' +
      'headers={"trace":{"type":"Buffer","data":[1]}}',
  )
  const many = Array.from({ length: 12 }, (_, offset) => ({ ...record, offset, value: 'x'.repeat(500), headers: {} }))
  const lines = seenLines(many).split('\n')
  expect(lines).toHaveLength(11)
  expect(lines[0]).toBe('12 records were there, the last 10 of them:')
  expect(lines[1]).toMatch(/^ {2}partition 0, offset 2: key="k" value="x{199}\.\.\.$/)
})

test('what was asked', () => {
  expect(matchText({ key: '1' })).toBe('has {"key":"1"}')
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
