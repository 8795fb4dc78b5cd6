/** Every backend of the storage port against its specification. */
import type { Clock } from '../../src/platform/clock'
import { silentLogger } from '../../src/platform/logger'
import { nodePlatform } from '../../src/platform/node/platform'
import type { Random } from '../../src/platform/random'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import type { LogStore } from '../../src/storage/log'
import { MemoryStore } from '../../src/storage/memory/store'
import type { FlushMode } from '../../src/storage/segments/log-setting'
import { openFileStore } from '../../src/storage/segments/store'
import { scratchDirectory } from '../support/scratch'
import { describeLog } from './log'

const clock: Clock = { now: () => 1_700_000_000_000, monotonic: () => 0 }
const random: Random = { next: () => 0.5, bytes: count => Buffer.alloc(count, 7) }

describeLog('memory', async () => {
  const store = new MemoryStore(clock, random)
  return { store, reopen: async () => store, dispose: async () => {} }
})

describeLog('memory, begun with the contents of another', async () => {
  let store = new MemoryStore(clock, random)
  const reopen = async () => (store = new MemoryStore(clock, random, store.contents()))
  return { store, reopen, dispose: async () => {} }
})

for (const flush of ['group', 'os'] as FlushMode[]) {
  describeLog(`segments on a disk, flush ${flush}`, async () => {
    const { path, remove } = scratchDirectory()
    const platform = { ...nodePlatform(), logger: silentLogger }
    const open = () => openFileStore(platform, { directory: `${path}/data`, flush, nodeId: 1 })
    let store: LogStore = await open()
    return {
      store,
      async reopen() {
        await store.close()
        store = await open()
        return store
      },
      async dispose() {
        await store.close()
        remove()
      },
    }
  })
}

describeLog('segments on a simulated disk', async () => {
  const world = new World({ seed: 1 })
  const machine = new Machine(new SimulatedNet(world), 'a')
  const open = () => openFileStore(machine.boot(), { directory: '/data', flush: 'group', nodeId: 1 })
  let over = false
  // The tests wait for promises and know nothing of a world: let its time pass while they do.
  const passing = (async () => {
    while (!over) {
      await world.runFor(10)
      await new Promise(setImmediate)
    }
  })()
  let store: LogStore = await open()
  return {
    store,
    async reopen() {
      await store.close()
      machine.crash()
      store = await open()
      return store
    },
    async dispose() {
      await store.close()
      over = true
      await passing
    },
  }
})
