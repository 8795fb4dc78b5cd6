/** Every backend of the storage port against its specification. */
import type { Clock } from '../../src/platform/clock'
import type { Random } from '../../src/platform/random'
import { MemoryStore } from '../../src/storage/memory/store'
import { describeLog } from './log'

const clock: Clock = { now: () => 1_700_000_000_000, monotonic: () => 0 }
const random: Random = { next: () => 0.5, bytes: count => Buffer.alloc(count, 7) }

describeLog('memory', async () => {
  const store = new MemoryStore(clock, random)
  return { store, reopen: async () => store, dispose: async () => {} }
})
