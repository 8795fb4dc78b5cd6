/** Group commit, and what a failed sync means. */
import { Deferred } from '../../../../src/platform/collections'
import { silentLogger } from '../../../../src/platform/logger'
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'
import { StorageFault } from '../../../../src/storage/fault'
import { defaultLogConfig } from '../../../../src/storage/log'
import { Flusher } from '../../../../src/storage/segments/flush'
import { Health } from '../../../../src/storage/segments/health'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const all = { maxBytes: 1 << 20, upTo: Number.MAX_SAFE_INTEGER }

function flusher() {
  const turns: (() => void)[] = []
  const syncs: Deferred<number>[] = []
  const timers = { after: () => () => {}, endOfTurn: (run: () => void) => void turns.push(run) }
  const health = new Health('/data', silentLogger)
  const sync = () => {
    syncs.push(new Deferred<number>())
    return syncs.at(-1)!.promise
  }
  const turn = async () => {
    for (const run of turns.splice(0)) run()
    await new Promise(setImmediate)
  }
  return { flusher: new Flusher(timers, health, 0, sync), health, syncs, turn }
}

test('all who ask in a turn share a sync, and all who ask while it runs share the next', async () => {
  const { flusher: it, syncs, turn } = flusher()
  const first = [it.flush(1), it.flush(2), it.flush(3)]
  expect(syncs).toHaveLength(0)
  await turn()
  expect(syncs).toHaveLength(1)
  const second = [it.flush(4), it.flush(5)]
  await turn()
  expect(syncs).toHaveLength(1)
  syncs[0]!.resolve(3)
  await Promise.all(first)
  expect(it.flushed).toBe(3)
  await turn()
  expect(syncs).toHaveLength(2)
  syncs[1]!.resolve(5)
  await Promise.all(second)
  await it.flush(5)
  expect(syncs).toHaveLength(2)
})

test('a cut while a sync runs is not undone by its end', async () => {
  const { flusher: it, syncs, turn } = flusher()
  const flushed = it.flush(10)
  await turn()
  it.cutTo(4)
  syncs[0]!.resolve(10)
  await flushed
  expect(it.flushed).toBe(4)
})

test('a failed sync fails all who wait and all who come, and is not tried again', async () => {
  const { flusher: it, health, syncs, turn } = flusher()
  const first = it.flush(1)
  await turn()
  const second = it.flush(2)
  syncs[0]!.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
  await expect(first).rejects.toThrow(StorageFault)
  await expect(second).rejects.toThrow(StorageFault)
  await expect(it.flush(3)).rejects.toThrow(StorageFault)
  await turn()
  expect(syncs).toHaveLength(1)
  expect(health.failure).toBeInstanceOf(StorageFault)
  await it.idle()
})

test('one that is stopped rejects who waits, and waits for the sync on its way', async () => {
  const { flusher: it, syncs, turn } = flusher()
  const waiting = it.flush(1)
  await turn()
  let stopped = false
  const stop = it.stop(new StorageFault('closed')).then(() => {
    stopped = true
  })
  await expect(waiting).rejects.toThrow('closed')
  await turn()
  expect(stopped).toBe(false)
  syncs[0]!.resolve(1)
  await stop
  await expect(it.flush(9)).rejects.toThrow('closed')
})

describe('on a disk that fails', () => {
  const started = async () => {
    const world = new World({ seed: 3 })
    const machine = new Machine(new SimulatedNet(world), 'a')
    const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush: 'group', nodeId: 1 }))
    const log = await world.until(store.open(id, () => defaultLogConfig))
    const neighbour = await world.until(
      store.open({ ...id, topic: 'others', topicId: 'f123456789abcdef0123456789abcdef' }, () => defaultLogConfig),
    )
    log.append(makeBatch({ fill: 1 }), { leaderEpoch: 0 })
    await world.until(log.flush(1))
    return { world, machine, store, log, neighbour }
  }

  test('a failed sync ends writing in the whole directory for good; what was flushed can be read', async () => {
    const { world, machine, store, log, neighbour } = await started()
    log.append(makeBatch({ fill: 2 }), { leaderEpoch: 0 })
    machine.diskFaults.fail = operation => (operation === 'sync' ? 'EIO' : null)
    await expect(world.until(log.flush(2))).rejects.toThrow(StorageFault)
    machine.diskFaults.fail = () => null
    await expect(world.until(log.flush(2))).rejects.toThrow(StorageFault)
    expect(() => log.append(makeBatch(), { leaderEpoch: 0 })).toThrow(StorageFault)
    expect(() => neighbour.append(makeBatch(), { leaderEpoch: 0 })).toThrow(StorageFault)
    expect(log.read(0, all).sizeBytes).toBe(makeBatch().length)
    expect(log.read(1, all).sizeBytes).toBe(0)
    await expect(world.until(store.close())).rejects.toThrow(StorageFault)
    machine.crash()
    const again = machine.boot()
    expect(again.files.stat('/data/.kafka_cleanshutdown')).toBeNull()
  })

  test('a full disk refuses appends, leaves nothing of them, and takes them again when there is room', async () => {
    const { world, machine, store, log } = await started()
    machine.diskFaults.fail = operation => (operation === 'write' ? 'ENOSPC' : null)
    const batch = makeBatch({ fill: 3, valueBytes: 5000 })
    const full = expect.objectContaining({ name: 'StorageFault', passes: true })
    for (let i = 0; i < 3; i += 1) {
      // A short one waits for the end of the turn, a long one does not.
      log.append(batch, { leaderEpoch: 0 })
      await expect(world.until(log.flush(2))).rejects.toEqual(full)
      expect(() => log.append(makeBatch({ valueBytes: 200_000 }), { leaderEpoch: 0 })).toThrow(full)
      expect(log.epochs.all()).toHaveLength(1)
    }
    expect([log.end, log.sizeBytes]).toEqual([1, makeBatch().length])
    machine.diskFaults.fail = () => null
    expect(log.append(batch, { leaderEpoch: 0 })).toMatchObject({ first: 1 })
    await world.until(log.flush(2))
    expect(Buffer.concat(log.read(1, all).buffers).equals(batch)).toBe(true)
    await world.until(store.close())
  })

  test('a disk that cannot be read says so, and serves again when it can', async () => {
    const { machine, log } = await started()
    machine.diskFaults.fail = operation => (operation === 'read' ? 'EIO' : null)
    expect(() => log.read(0, all)).toThrow(StorageFault)
    machine.diskFaults.fail = () => null
    expect(log.read(0, all).sizeBytes).toBeGreaterThan(0)
  })
})

test('with flush os nothing waits for the disk, until so many records wait that a sync is due', async () => {
  const world = new World({ seed: 3 })
  const machine = new Machine(new SimulatedNet(world), 'a')
  let syncs = 0
  const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush: 'os', nodeId: 1 }))
  const log = await world.until(store.open(id, () => ({ ...defaultLogConfig, flushMessages: 3 })))
  machine.diskFaults.fail = operation => {
    if (operation === 'sync') syncs += 1
    return null
  }
  for (let i = 1; i <= 3; i += 1) {
    log.append(makeBatch(), { leaderEpoch: 0 })
    await world.until(log.flush(i))
    expect([syncs > 0, log.flushed]).toEqual(i < 3 ? [false, 0] : [true, 3])
  }
  await world.until(store.close())
})

test('a log that is dropped in the middle of work is no failure of its directory', async () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const world = new World({ seed })
    const dice = world.dice('drops')
    const machine = new Machine(new SimulatedNet(world), 'a')
    const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush: 'group', nodeId: 1 }))
    const log = await world.until(store.open(id, () => ({ ...defaultLogConfig, segmentBytes: 300 })))
    const ignored = () => {}
    for (let i = 0; i < 10; i += 1) log.append(makeBatch(), { leaderEpoch: i })
    log.flush(10).catch(ignored)
    log.snapshots.write(5, Buffer.from('x')).catch(ignored)
    const work = dice.between(0, 2)
    if (work === 0) log.truncateTo(3).catch(ignored)
    if (work === 1) log.advanceStart(7).catch(ignored)
    const everything = { retentionMs: 0, retentionBytes: 0, deletes: true, upTo: 10 }
    if (work === 2) log.sweep(everything, world.clock.now()).catch(ignored)
    await world.runFor(dice.within([0, 10]))
    await world.until(store.drop(id))
    log.assignEpoch(99, log.end)
    log.saveWatermark(1)
    await world.runFor(100)
    expect(store.health.failure).toBeNull()
    await world.until(store.close())
  }
})
