/** Who leads and who is in sync: what three brokers of Apache Kafka 4.4 said when one of them was stopped and came back. */
import { leadershipAfter, type Wish } from '../../../../src/metadata/topics/leadership'
import type { StoredPartition } from '../../../../src/metadata/image/stored'

const partition = (replicas: readonly number[], more: Partial<StoredPartition> = {}): StoredPartition => ({
  replicas,
  isr: replicas,
  leader: replicas[0]!,
  leaderEpoch: 0,
  partitionEpoch: 0,
  ...more,
})

const after = (before: StoredPartition, alive: readonly number[], wish: Wish = {}, minIsr = 1) =>
  leadershipAfter(before, wish, { isAlive: id => alive.includes(id), minIsr })

test('nothing changes when everybody is where they were', () => {
  expect(after(partition([1, 2, 3]), [1, 2, 3])).toBeNull()
})

test('who is gone is not in sync any more; a new leader is the next in sync, and begins an epoch', () => {
  expect(after(partition([1, 2, 3]), [1, 2])).toMatchObject({
    leader: 1,
    leaderEpoch: 0,
    isr: [1, 2],
    partitionEpoch: 1,
  })
  expect(after(partition([3, 1, 2]), [1, 2])).toMatchObject({ leader: 1, leaderEpoch: 1, isr: [1, 2] })
})

test('the last one takes the leadership along, and has it when it is back', () => {
  const gone = after(partition([3]), [1, 2])!
  expect(gone).toMatchObject({ leader: -1, leaderEpoch: 1, isr: [], eligible: [3], lastLeader: 3 })
  expect(after(gone, [1, 2])).toBeNull()
  const back = after(gone, [1, 2, 3])!
  expect(back).toMatchObject({ leader: 3, leaderEpoch: 2, isr: [3] })
  expect(back).not.toHaveProperty('eligible')
  expect(back).not.toHaveProperty('lastLeader')
})

test('with fewer in sync than there should be, those that were may lead', () => {
  const gone = after(partition([1, 2, 3]), [1, 2], {}, 3)!
  expect(gone).toMatchObject({ isr: [1, 2], eligible: [3] })
  expect(after(gone, [], {}, 3)).toMatchObject({ leader: -1, isr: [], eligible: [1, 2, 3] })
  expect(after(partition([1, 2, 3]), [1, 2], {}, 2)).not.toHaveProperty('eligible')
})

test('who comes back is in sync, and leads only where nobody does', () => {
  const gone = after(partition([3, 1, 2]), [1, 2])!
  const back = after(gone, [1, 2, 3])!
  expect(back).toMatchObject({ leader: 1, leaderEpoch: 1, isr: [1, 2, 3] })
  expect(after(back, [1, 2, 3], { leader: 3 })).toMatchObject({ leader: 3, leaderEpoch: 2 })
})

test('one that lacks records leads only if that is asked for', () => {
  const alone = partition([3, 1], { isr: [], leader: -1, leaderEpoch: 4, eligible: [3], lastLeader: 3 })
  expect(after(alone, [1])).toBeNull()
  expect(after(alone, [1], { unclean: true })).toMatchObject({ leader: 1, leaderEpoch: 5, isr: [1] })
  expect(after(alone, [2], { unclean: true })).toBeNull()
})

describe('a reassignment', () => {
  const to = (before: StoredPartition, target: readonly number[]): Wish => {
    const removing = before.replicas.filter(id => !target.includes(id))
    const adding = target.filter(id => !before.replicas.includes(id))
    return { replicas: [...target, ...removing], adding, removing }
  }

  it('is done at once when those that come are there', () => {
    const one = partition([1])
    const moved = after(one, [1, 2, 3], to(one, [2]))!
    expect(moved).toMatchObject({ leader: 2, leaderEpoch: 1, replicas: [2], isr: [2] })
    const wider = after(moved, [1, 2, 3], to(moved, [2, 3]))!
    expect(wider).toMatchObject({ leader: 2, leaderEpoch: 1, replicas: [2, 3], isr: [2, 3] })
    const turned = after(wider, [1, 2, 3], to(wider, [3, 2]))!
    expect(turned).toMatchObject({ leader: 2, leaderEpoch: 1, replicas: [3, 2], isr: [2, 3] })
    expect(after(turned, [1, 2, 3], { leader: 3 })).toMatchObject({ leader: 3, leaderEpoch: 2 })
    for (const done of [moved, wider, turned]) expect(done).not.toHaveProperty('adding')
  })

  it('waits for who is not there', () => {
    const one = partition([2])
    const waiting = after(one, [1, 2], to(one, [2, 3]))!
    expect(waiting).toMatchObject({ leader: 2, leaderEpoch: 0, replicas: [2, 3], isr: [2], adding: [3] })
    const other = after(waiting, [1, 2], to(waiting, [1, 3]))!
    expect(other).toMatchObject({ leader: 1, leaderEpoch: 1, replicas: [1, 3], isr: [1] })
    const leaving = after(other, [1, 2], to(other, [3]))!
    expect(leaving).toMatchObject({ leader: 1, leaderEpoch: 1, replicas: [3, 1], isr: [1], removing: [1] })
    const done = after(leaving, [1, 2, 3])!
    expect(done).toMatchObject({ leader: 3, leaderEpoch: 2, replicas: [3], isr: [3] })
    expect(done).not.toHaveProperty('removing')
  })
})
