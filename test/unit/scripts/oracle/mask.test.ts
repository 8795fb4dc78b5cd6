/** The oracle's masks hide what must differ and nothing else, and every other difference is found. */
import { buildBatch } from '../../../../src/protocol/records/records'
import { Mask, differencesOf } from '../../../../scripts/oracle/mask'

const idA = 'a'.repeat(32)
const idB = 'b'.repeat(32)

test('ids, members, ports and present times are masked, chosen values are not', () => {
  const mask = new Mask(9092, 's1')
  const plain = mask.plain({
    port: 9092,
    name: 's1-t',
    topicId: idA,
    memberId: 'oracle-01234567-0123-0123-0123-0123456789ab',
    logAppendTimeMs: Date.now(),
    throttleTimeMs: 7,
    offset: 42,
  })
  expect(plain).toEqual({
    port: '$port',
    name: 's1-t',
    topicId: '$id(s1-t)',
    memberId: '$member0',
    logAppendTimeMs: '$now',
    throttleTimeMs: 7,
    offset: 42,
  })
})

test('two brokers with other ids for the same topic agree; another topic does not', () => {
  const [a, b] = [new Mask(1, 's1'), new Mask(2, 's1')]
  const reply = (id: string, name = 's1-t') => ({ topics: [{ name, topicId: id, errorMessage: `topic ${id}` }] })
  expect(differencesOf(a.plain(reply(idA)), b.plain(reply(idB)))).toEqual([])
  expect(differencesOf(a.plain(reply(idA)), b.plain(reply(idB, 's1-u'))).map(({ path }) => path)).toContain(
    'topics[0].name',
  )
})

test('rows of other scenarios are left out, own rows compare in any order', () => {
  const mask = new Mask(1, 's7')
  const rows = [{ groupId: 's7-b' }, { groupId: 's6-x' }, { groupId: 's7-a' }, { groupId: 'other' }]
  expect(mask.plain(rows)).toEqual([{ groupId: 'other' }, { groupId: 's7-a' }, { groupId: 's7-b' }])
})

test('record batches are compared by content; a partial one at the end is ignored', () => {
  const mask = new Mask(1, 's1')
  const records = [{ timestampMs: 1000, key: null, value: Buffer.from('v') }]
  const batch = buildBatch({ records, baseOffset: 5 })
  const cut = mask.plain({ records: Buffer.concat([batch, batch.subarray(0, 30)]) })
  expect(differencesOf(mask.plain({ records: batch }), cut)).toEqual([])
  const other = buildBatch({ records: [{ timestampMs: 1000, key: null, value: Buffer.from('w') }], baseOffset: 5 })
  const difference = differencesOf(mask.plain({ records: batch }), mask.plain({ records: other }))
  expect(difference.map(({ path }) => path)).toEqual(['records[0].records[0].value'])
  const damaged = Buffer.from(batch)
  damaged.writeUInt32BE(1, 17)
  expect(
    differencesOf(mask.plain({ records: batch }), mask.plain({ records: damaged })).map(({ path }) => path),
  ).toEqual(['records[0].crcHolds'])
})

test('lists of another length, missing fields and other kinds are differences', () => {
  expect(differencesOf({ a: [1, 2] }, { a: [1] })[0]?.path).toBe('a.length')
  expect(differencesOf({ a: 1 }, {})).toEqual([{ path: 'a', kafka: 1, ours: null }])
  expect(differencesOf({ a: {} }, { a: [] })[0]?.path).toBe('a')
  expect(differencesOf({ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } })[0]?.path).toBe('a.b[0].c')
})
