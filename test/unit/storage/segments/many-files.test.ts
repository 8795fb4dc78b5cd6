/** More logs than the process may have files open. */
import type { Files } from '../../../../src/platform/files'
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'
import { defaultLogConfig, type LogId } from '../../../../src/storage/log'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'

const idOf = (i: number): LogId => ({ topic: `t${i}`, partition: 0, topicId: String(i).padStart(32, '0') })
const config = () => defaultLogConfig

function machineWith(openMax: number) {
  const world = new World({ seed: 3 })
  const machine = new Machine(new SimulatedNet(world), 'broker')
  machine.diskFaults.openMax = openMax
  const until = <T>(work: Promise<T>): Promise<T> => world.until(work, 600_000)
  return { machine, until }
}

test.each(['os', 'group'] as const)(
  'half of the files are for logs, however many there are (flush=%s)',
  async flush => {
    const { machine, until } = machineWith(200)
    const platform = machine.boot()
    const store = await until(openFileStore(platform, { directory: '/data', flush, nodeId: 1 }))
    const logs = await until(Promise.all(Array.from({ length: 300 }, (_, i) => store.open(idOf(i), config))))
    for (let round = 0; round < 2; round += 1) {
      for (const log of logs) log.append(makeBatch({ fill: round }), { leaderEpoch: 0 })
      await until(Promise.all(logs.map(log => log.flush(log.end))))
    }
    for (const log of logs) expect(log.read(0, { maxBytes: 1, upTo: log.end }).buffers).toHaveLength(1)
    expect(store.health.failure).toBeNull()
    await until(store.close())
  },
)

test('a directory is not held to have failed when sockets take the files, and logs go on when they give them back', async () => {
  const { machine, until } = machineWith(200)
  const store = await until(openFileStore(machine.boot(), { directory: '/data', flush: 'group', nodeId: 1 }))
  const logs = await until(Promise.all(Array.from({ length: 50 }, (_, i) => store.open(idOf(i), config))))
  for (const log of logs) log.append(makeBatch({}), { leaderEpoch: 0 })
  machine.diskFaults.openMax = 0
  await expect(until(store.open(idOf(99), config))).rejects.toMatchObject({ name: 'StorageFault', passes: true })
  machine.diskFaults.openMax = 200
  await until(Promise.all(logs.map(log => log.flush(log.end))))
  const late = await until(store.open(idOf(99), config))
  late.append(makeBatch({}), { leaderEpoch: 0 })
  await until(late.flush(late.end))
  expect(store.health.failure).toBeNull()
  await until(store.close())
})

test.each(['os', 'group'] as const)(
  'where others have taken the files, logs make do with those that they have (flush=%s)',
  async flush => {
    const { machine, until } = machineWith(1000)
    const options = { directory: '/data', flush, nodeId: 1, openFilesMax: 50 } as const
    const store = await until(openFileStore(machine.boot(), options))
    const logs = await until(Promise.all(Array.from({ length: 100 }, (_, i) => store.open(idOf(i), config))))
    // Fewer than are open, and than remain when some have been closed for the next.
    machine.diskFaults.openMax = 40
    for (const log of logs) {
      log.append(makeBatch({}), { leaderEpoch: 0 })
      await until(log.flush(log.end))
    }
    expect(store.health.failure).toBeNull()
    machine.diskFaults.openMax = 1000
    await until(store.close())
  },
)

test('logs that are made have nothing to be forgotten, so no checkpoint is written for them', async () => {
  const { machine, until } = machineWith(1000)
  const platform = machine.boot()
  const replaced: string[] = []
  const files = new Proxy(platform.files, {
    get(target, key: keyof Files) {
      if (key === 'replaceFile') replaced.push(key)
      const found: unknown = target[key]
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
  const options = { directory: '/data', flush: 'group', nodeId: 1 } as const
  const store = await until(openFileStore({ ...platform, files }, options))
  const madeBefore = replaced.length
  await until(Promise.all(Array.from({ length: 100 }, (_, i) => store.open(idOf(i), config))))
  // Each has the file with the id of its topic.
  expect(replaced.length - madeBefore).toBe(100)
  await until(store.close())
})
