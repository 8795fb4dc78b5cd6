/** Short appends wait for the end of the turn, and go to their files together. */
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import type { FlushMode } from '../../../../src/storage/segments/log-setting'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'

const names = ['orders', 'others']

async function open(flush: FlushMode = 'os') {
  const world = new World({ seed: 5 })
  const machine = new Machine(new SimulatedNet(world), 'a')
  const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush, nodeId: 1 }))
  const logs: Log[] = []
  for (const [i, topic] of names.entries()) {
    const id = { topic, partition: 0, topicId: `${i}`.repeat(32) }
    logs.push(await world.until(store.open(id, () => defaultLogConfig)))
  }
  const disk = { writes: 0, full: false }
  machine.diskFaults.fail = (operation, path) => {
    if (operation === 'write' && path.endsWith('.log')) disk.writes += 1
    return disk.full && operation === 'write' ? 'ENOSPC' : null
  }
  return { world, machine, store, log: logs[0]!, other: logs[1]!, disk }
}

const all = { maxBytes: 1 << 24, upTo: Number.MAX_SAFE_INTEGER }
const batch = (valueBytes: number) => makeBatch({ valueBytes })
const append = (log: Log, valueBytes = 1000) => log.append(batch(valueBytes), { leaderEpoch: 0 })

test('appends of one turn are one write to each file, and are settled after it', async () => {
  const { world, log, other, disk } = await open()
  for (let i = 0; i < 10; i += 1) {
    append(log)
    append(other)
  }
  expect([log.end, log.settled, disk.writes]).toEqual([10, 0, 0])
  await world.until(Promise.all([log.flush(10), other.flush(10)]))
  expect([log.settled, other.settled, disk.writes]).toEqual([10, 10, 2])
  expect(log.read(0, all).sizeBytes).toBe(10 * batch(1000).length)
})

test('all who wait share a promise, and nobody waits for what is written', async () => {
  const { world, log } = await open()
  append(log)
  expect(log.flush(1)).toBe(log.flush(1))
  await world.until(log.flush(1))
  await log.flush(1)
})

test('a long append is written at once, after those before it', async () => {
  const { log, disk } = await open()
  append(log)
  append(log, 300_000)
  expect([log.settled, disk.writes]).toEqual([2, 2])
})

test('what waits is bounded: then all of it is written', async () => {
  const { log, other, disk } = await open()
  append(other)
  for (let i = 0; i < 6; i += 1) append(log, 100_000)
  expect([other.settled, log.settled, disk.writes]).toEqual([1, 5, 2])
})

test('readers below what is settled make nobody write; others do', async () => {
  const { world, log, disk } = await open()
  append(log)
  await world.until(log.flush(1))
  append(log)
  append(log)
  expect(log.read(0, { ...all, upTo: 1 }).sizeBytes).toBe(batch(1000).length)
  expect(disk.writes).toBe(1)
  expect(log.read(0, all).sizeBytes).toBe(3 * batch(1000).length)
  expect(disk.writes).toBe(2)
})

test('a process that is killed loses nothing that was settled, and nothing else is there', async () => {
  const { world, machine, log, other } = await open()
  append(log)
  await world.until(log.flush(1))
  append(log)
  append(other)
  machine.kill()
  const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush: 'os', nodeId: 1 }))
  const ends = names.map(async (topic, i) => {
    const again = await store.open({ topic, partition: 0, topicId: `${i}`.repeat(32) }, () => defaultLogConfig)
    return again.end
  })
  expect(await world.until(Promise.all(ends))).toEqual([1, 0])
})

test.each<FlushMode>(['os', 'group'])(
  'a full disk, flush %s: those who wait hear it, the log is as it was',
  async flush => {
    const { world, log, other, disk } = await open(flush)
    append(log)
    await world.until(log.flush(1))
    disk.full = true
    append(log)
    append(log)
    await expect(world.until(log.flush(3))).rejects.toMatchObject({ passes: true })
    expect([log.end, log.settled]).toEqual([1, 1])
    disk.full = false
    append(log)
    append(other)
    await world.until(Promise.all([log.flush(2), other.flush(1)]))
    expect([log.settled, other.settled]).toEqual([2, 1])
  },
)

test('a log that is closed writes what waits', async () => {
  const { world, machine, store, log } = await open()
  append(log)
  await world.until(store.close())
  machine.kill()
  const again = await world.until(openFileStore(machine.boot(), { directory: '/data', flush: 'os', nodeId: 1 }))
  const reopened = await world.until(again.open(log.id, () => defaultLogConfig))
  expect(reopened.end).toBe(1)
})
