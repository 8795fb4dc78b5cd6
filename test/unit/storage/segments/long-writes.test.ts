/** Long appends are written by a thread: nothing overtakes them, nobody is told before, and their bytes are left alone. */
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'
import { defaultLogConfig, type Log, type LogConfig } from '../../../../src/storage/log'
import type { FlushMode } from '../../../../src/storage/segments/log-setting'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'

const id = { topic: 'orders', partition: 0, topicId: '1'.repeat(32) }
const all = { maxBytes: 1 << 28, upTo: Number.MAX_SAFE_INTEGER }
const longBytes = 300_000

async function open(flush: FlushMode = 'os', config: Partial<LogConfig> = {}) {
  const world = new World({ seed: 5 })
  const machine = new Machine(new SimulatedNet(world), 'a')
  const reopen = async () => {
    const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush, nodeId: 1 }))
    return { store, log: await world.until(store.open(id, () => ({ ...defaultLogConfig, ...config }))) }
  }
  const { store, log } = await reopen()
  // Each half of a thread's write takes 10 ms.
  machine.diskFaults.writeMs = [10, 10]
  const disk = { writes: 0, full: false }
  machine.diskFaults.fail = (operation, path) => {
    if (operation === 'write' && path.endsWith('.log')) disk.writes += 1
    return disk.full && operation === 'write' ? 'ENOSPC' : null
  }
  return { world, machine, store, log, disk, reopen }
}

/** A batch in a buffer that somebody else uses as soon as he may. */
function append(log: Log, valueBytes = longBytes, keeps = true) {
  const bytes = makeBatch({ valueBytes })
  const held = { now: false, batchBytes: bytes.length }
  const keep = () => {
    held.now = true
    return () => {
      held.now = false
      bytes.fill(0xee)
    }
  }
  log.append(bytes, { leaderEpoch: 0, keep: keeps ? keep : undefined })
  if (!held.now) bytes.fill(0xee)
  return held
}

/** Offsets of the batches that are whole in a log. */
function basesIn(log: Log): number[] {
  const bases: number[] = []
  log.forEachBatch(0, (buffer, at) => void bases.push(Number(buffer.readBigInt64BE(at))))
  return bases
}

test('a long append has its offset at once, and is settled when it is written', async () => {
  const { world, log, disk } = await open()
  const held = append(log)
  expect([log.end, log.settled, disk.writes, held.now]).toEqual([1, 0, 0, true])
  await world.runFor(15)
  expect([log.settled, held.now]).toEqual([0, true])
  await world.until(log.flush(1))
  expect([log.settled, held.now]).toEqual([1, false])
  expect(log.read(0, all).sizeBytes).toBe(held.batchBytes)
})

test('one whose bytes cannot be kept is written at once, as are those of medium length that wait for the turn', async () => {
  const { log, disk } = await open()
  append(log, longBytes, false)
  expect([log.settled, disk.writes]).toEqual([1, 1])
  append(log, 1000)
  expect([log.settled, disk.writes]).toEqual([1, 1])
})

test('what comes after a long one does not overtake it: no kill leaves a hole', async () => {
  for (let afterMs = 0; afterMs < 60; afterMs += 3) {
    const { world, machine, log, reopen } = await open()
    append(log, 1000)
    append(log)
    append(log, 1000)
    append(log, longBytes, false)
    append(log, 1000)
    await world.runFor(afterMs)
    const { settled } = log
    machine.kill()
    const again = await reopen()
    const bases = basesIn(again.log)
    expect(bases).toEqual([0, 1, 2, 3, 4].slice(0, bases.length))
    expect(bases.length).toBeGreaterThanOrEqual(settled)
  }
})

test('those who wait are told of the write that has their bytes, not of a later one', async () => {
  const { world, log } = await open()
  append(log)
  const first = log.flush(1)
  append(log)
  append(log)
  expect(log.flush(3)).toBe(log.flush(2))
  await world.until(first)
  expect(log.settled).toBe(1)
  await world.until(log.flush(2))
  expect(log.settled).toBe(3)
})

test('who looks beyond what is settled has it written once more, and the late write changes nothing', async () => {
  const { world, log, disk } = await open()
  const held = [append(log), append(log), append(log, 1000)]
  expect(log.read(0, all).sizeBytes).toBe(held.reduce((sum, { batchBytes }) => sum + batchBytes, 0))
  // A thread still looks at the first; nobody at the others.
  expect([log.settled, ...held.map(({ now }) => now)]).toEqual([3, true, false, false])
  expect(basesIn(log)).toEqual([0, 1, 2])
  await world.runFor(100)
  expect([held[0]!.now, disk.writes]).toEqual([false, 3])
  expect(basesIn(log)).toEqual([0, 1, 2])
})

test('a late write brings back nothing that was cut', async () => {
  const { world, log } = await open()
  append(log, 1000)
  append(log)
  append(log)
  const cut = log.truncateTo(1)
  await world.until(cut)
  append(log, 1000)
  await world.until(log.flush(2))
  await world.runFor(100)
  expect(basesIn(log)).toEqual([0, 1])
  expect(log.read(0, all).sizeBytes).toBe(2 * makeBatch({ valueBytes: 1000 }).length)
})

test.each<FlushMode>(['os', 'group'])('a full disk, flush %s: it and all after it are taken back', async flush => {
  const { world, log, disk } = await open(flush)
  append(log, 1000)
  await world.until(log.flush(1))
  const held = append(log)
  const flushed = log.flush(2)
  append(log, 1000)
  append(log)
  disk.full = true
  await expect(world.until(flushed)).rejects.toMatchObject({ passes: true })
  expect([log.end, log.settled, held.now]).toEqual([1, 1, false])
  disk.full = false
  append(log)
  await world.until(log.flush(2))
  expect(basesIn(log)).toEqual([0, 1])
})

test('a full disk and a reader that cannot wait: he is refused, and the thread decides', async () => {
  const { world, log, disk } = await open()
  append(log)
  disk.full = true
  expect(() => basesIn(log)).toThrow(expect.objectContaining({ passes: true }))
  expect(log.read(0, all).sizeBytes).toBe(0)
  expect(log.end).toBe(1)
  disk.full = false
  await world.until(log.flush(1))
  expect(basesIn(log)).toEqual([0])
})

test('a sync covers what was on its way when it was asked for', async () => {
  for (let seed = 0; seed < 10; seed += 1) {
    const { world, machine, log, reopen } = await open('group')
    append(log)
    append(log, 1000)
    await world.until(log.flush(2))
    append(log)
    await world.runFor(seed)
    machine.crash()
    expect(basesIn((await reopen()).log).slice(0, 2)).toEqual([0, 1])
  }
})

test('a segment ends with all of its batches', async () => {
  const { world, log } = await open('os', { segmentBytes: 2 * longBytes })
  for (let i = 0; i < 5; i += 1) append(log)
  await world.until(log.flush(5))
  expect(basesIn(log)).toEqual([0, 1, 2, 3, 4])
})

test('what threads have to write is bounded: beyond, appends write themselves', async () => {
  const { world, log, disk } = await open()
  const held = Array.from({ length: 40 }, () => append(log, 2_000_000))
  expect(held.filter(({ now }) => now).length * 2_000_000).toBeLessThanOrEqual(64 * 1024 * 1024)
  expect(disk.writes).toBeGreaterThan(0)
  await world.until(log.flush(40))
  await world.runFor(100)
  expect(held.filter(({ now }) => now)).toEqual([])
  expect(basesIn(log)).toHaveLength(40)
})

test('a log that is closed has everything, and one that is dropped lets go of all buffers', async () => {
  const { world, machine, store, log, reopen } = await open()
  append(log)
  append(log)
  await world.until(store.close())
  machine.kill()
  const again = await reopen()
  expect(basesIn(again.log)).toEqual([0, 1])
  const held = [append(again.log), append(again.log)]
  await world.until(again.store.drop(id))
  expect(held.map(({ now }) => now)).toEqual([false, false])
  expect(again.store.health.failure).toBeNull()
})
