import { type CommittedOffset, Offsets } from '../../../../../src/coordinator/group/offsets/offsets'

const at = (recordOffset: number, offset = BigInt(recordOffset * 10)): CommittedOffset => ({
  offset,
  leaderEpoch: -1,
  metadata: '',
  commitTimestampMs: 0,
  expireTimestampMs: -1,
  topicId: '1'.repeat(32),
  recordOffset,
})

test('the last commit counts', () => {
  const offsets = new Offsets()
  offsets.commit('g', 't', 0, at(1))
  offsets.commit('g', 't', 0, at(2))
  expect(offsets.get('g', 't', 0)?.offset).toBe(20n)
  expect(offsets.get('g', 't', 1)).toBeNull()
})

test('nothing is left of what is removed', () => {
  const offsets = new Offsets()
  offsets.commit('g', 't', 0, at(1))
  offsets.pend(7, 'g', 't', 0, at(2))
  offsets.remove('g', 't', 0)
  expect(offsets.of('g')).toBeNull()
  expect(offsets.pendingOf('g')).toBeNull()
  offsets.endTransaction(7, true)
  expect(offsets.get('g', 't', 0)).toBeNull()
  expect([...offsets.all()]).toEqual([])
})

describe('transactions', () => {
  test('commit what they pended when they end well', () => {
    const offsets = new Offsets()
    offsets.commit('g', 't', 0, at(1))
    offsets.pend(7, 'g', 't', 0, at(2))
    expect(offsets.get('g', 't', 0)?.offset).toBe(10n)
    expect(offsets.isPending('g', 't', 0)).toBe(true)
    offsets.endTransaction(7, true)
    expect(offsets.get('g', 't', 0)?.offset).toBe(20n)
    expect(offsets.isPending('g', 't', 0)).toBe(false)
  })

  test('leave everything as it was when they do not', () => {
    const offsets = new Offsets()
    offsets.pend(7, 'g', 't', 0, at(2))
    offsets.endTransaction(7, false)
    expect(offsets.get('g', 't', 0)).toBeNull()
    expect(offsets.isPending('g', 't', 0)).toBe(false)
  })

  test('do not undo what was committed after they wrote', () => {
    const offsets = new Offsets()
    offsets.pend(7, 'g', 't', 0, at(2))
    offsets.commit('g', 't', 0, at(3))
    offsets.endTransaction(7, true)
    expect(offsets.get('g', 't', 0)?.offset).toBe(30n)
  })

  test('of two producers over one partition, both keep it unstable', () => {
    const offsets = new Offsets()
    offsets.pend(7, 'g', 't', 0, at(2))
    offsets.pend(8, 'g', 't', 0, at(3))
    offsets.endTransaction(8, true)
    expect(offsets.isPending('g', 't', 0)).toBe(true)
    offsets.endTransaction(7, true)
    expect(offsets.isPending('g', 't', 0)).toBe(false)
    expect(offsets.get('g', 't', 0)?.offset).toBe(30n)
  })

  test('of which nothing is known end quietly', () => {
    const offsets = new Offsets()
    offsets.endTransaction(9, true)
    expect([...offsets.all()]).toEqual([])
  })
})
