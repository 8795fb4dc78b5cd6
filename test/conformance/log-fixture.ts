/** What the tests of the storage port have in common. */
import { type Log, type LogStore, type SweepPolicy } from '../../src/storage/log'
import { type BatchSpec, makeBatch, offsetsIn } from '../support/batches'

export interface Bench {
  readonly store: LogStore
  /** Closes the store, and opens what it left behind. */
  reopen(): Promise<LogStore>
  /** Lets go of everything. */
  dispose(): Promise<void>
}

export const id = { topic: 'orders', partition: 3, topicId: '0123456789abcdef0123456789abcdef' }
export const all = { maxBytes: 1 << 30, upTo: Number.MAX_SAFE_INTEGER }
export const keepAll: SweepPolicy = {
  retentionMs: -1,
  retentionBytes: -1,
  deletes: true,
  upTo: Number.MAX_SAFE_INTEGER,
}
export const day = 24 * 3600 * 1000
export const t0 = 1_700_000_000_000

export const put = (log: Log, spec: BatchSpec = {}, leaderEpoch = 0) => log.append(makeBatch(spec), { leaderEpoch })
export const putAsIs = (log: Log, spec: BatchSpec) => log.appendAsIs(makeBatch(spec))
export const at = (count: number, timestampMs = t0) => Array.from({ length: count }, () => timestampMs)
export const offsets = (log: Log, from: number, budget = {}) => offsetsIn(log.read(from, { ...all, ...budget }).buffers)
