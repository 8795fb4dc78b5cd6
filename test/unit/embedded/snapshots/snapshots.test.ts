import type { ClusterImage } from '../../../../src/embedded/snapshots/cluster-image'
import { Snapshots } from '../../../../src/embedded/snapshots/snapshots'

const root = 1

const image = (): ClusterImage => ({ metadata: { revision: 0, entries: [] }, logs: new Map() })

function make() {
  const snapshots = new Snapshots()
  const isKept = (number: number): boolean => {
    try {
      return snapshots.imageOf(root, number) !== undefined
    } catch {
      return false
    }
  }
  return { snapshots, isKept }
}

test('of forks that are forked, remembered and stopped for ever, the last hundred snapshots are kept', () => {
  const { snapshots, isKept } = make()
  snapshots.keep(2, image(), root, null)
  const taken: number[] = []
  for (let nth = 0; nth < 10_000; nth++) {
    const fork = 10 + 2 * nth
    snapshots.forked(fork, root)
    snapshots.keep(fork + 1, image(), fork, null)
    taken.push(fork + 1)
    snapshots.left(fork)
  }
  expect(taken.filter(isKept)).toEqual(taken.slice(-100))
  expect(isKept(2)).toBe(true)
  expect(() => snapshots.imageOf(root, 11)).toThrow('of a fork that was stopped, of which the last 100 are kept')
})

test('what a fork that lives has taken is kept, however much that is', () => {
  const { snapshots, isKept } = make()
  snapshots.forked(2, root)
  const taken = Array.from({ length: 500 }, (_none, nth) => 3 + nth)
  for (const number of taken) snapshots.keep(number, image(), 2, null)
  expect(taken.filter(isKept)).toEqual(taken)
  snapshots.drop(2, 502)
  snapshots.left(2)
  expect(taken.filter(isKept)).toEqual(taken.slice(-101, -1))
  snapshots.drop(root, 501)
  expect(isKept(501)).toBe(false)
})
