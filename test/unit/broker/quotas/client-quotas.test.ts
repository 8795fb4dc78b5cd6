/** What clients are told who go beyond their quotas. */
import { ClientQuotas } from '../../../../src/broker/quotas/client-quotas'
import { quotaEntityId } from '../../../../src/metadata/users/quotas'
import type { StoredQuota } from '../../../../src/metadata/image/tables'

const windows = { count: 11, windowMs: 1000 }

function opened(quota: StoredQuota | null) {
  const rows = quota === null ? [] : [[quotaEntityId(new Map([['user', 'ann']])), quota] as const]
  const state = { nowMs: 0, table: new Map<string, StoredQuota>(rows), waits: [] as number[] }
  const quotas = new ClientQuotas({
    clock: { now: () => 0, monotonic: () => state.nowMs },
    table: () => state.table,
    windows: () => ({ client: windows, controller: windows }),
  })
  const by = { principal: 'User:ann', clientId: 'app', throttle: (ms: number) => ms > 0 && state.waits.push(ms) }
  return { quotas, by, state }
}

test('without quotas nothing is measured, and nobody waits', () => {
  const { quotas, by, state } = opened(null)
  expect(quotas.isIdle).toBe(true)
  quotas.produced(by, 1e9)
  quotas.took(by, 1e9)
  expect(quotas.mayFetch(by, 1e9)).toBe(true)
  quotas.mutations(by, true)(1e9)
  expect(state.waits).toEqual([])
})

test('others are not bound by a quota of ann', () => {
  const { quotas, by, state } = opened({ producer_byte_rate: 1 })
  quotas.produced({ ...by, principal: 'User:bob' }, 1e6)
  expect(state.waits).toEqual([])
  quotas.produced(by, 20)
  expect(state.waits).toEqual([10_000])
})

test('nobody waits longer than a window for the time that he took', () => {
  const { quotas, by, state } = opened({ request_percentage: 1 })
  quotas.took(by, 100)
  expect(state.waits).toEqual([])
  quotas.took(by, 60_000)
  expect(state.waits).toEqual([1000])
})

test('a fetch that is refused does not count', () => {
  const { quotas, by, state } = opened({ consumer_byte_rate: 100 })
  expect(quotas.fetchBytesMax(by)).toBe(1000)
  expect(quotas.mayFetch(by, 1001)).toBe(false)
  expect(state.waits).toHaveLength(1)
  expect(quotas.mayFetch(by, 1000)).toBe(true)
  expect(quotas.mayFetch(by, 1)).toBe(false)
})

test('topics are refused to who asks strictly, and only later to who does not', () => {
  const { quotas, by, state } = opened({ controller_mutation_rate: 1 })
  const lenient = quotas.mutations(by, false)
  lenient(12)
  lenient(1)
  expect(state.waits).toEqual([1000, 2000])
  expect(() => quotas.mutations(by, true)(1)).toThrow('THROTTLING_QUOTA_EXCEEDED')
  state.nowMs = 2000
  quotas.mutations(by, true)(1)
  // Whoever is not refused is let go on at once, though nothing is left.
  expect(state.waits).toEqual([1000, 2000, 2000])
  expect(() => quotas.mutations(by, true)(1)).toThrow('THROTTLING_QUOTA_EXCEEDED')
  expect(state.waits).toEqual([1000, 2000, 2000, 1000])
})

test('a quota that is taken away binds nobody from then on', () => {
  const { quotas, by, state } = opened({ producer_byte_rate: 1 })
  state.table = new Map([['other', {}]])
  quotas.produced(by, 1e6)
  expect(state.waits).toEqual([])
})
