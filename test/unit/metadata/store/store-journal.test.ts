/** The journal under the embedded store: what a crash may do to it, and what only damage can. */
import { EmbeddedStore } from '../../../../src/metadata/store/embedded-store'
import { journalName, snapshotName } from '../../../../src/metadata/store/store-journal'
import type { StoreEntry } from '../../../../src/metadata/store/store'
import type { Platform } from '../../../../src/platform/platform'
import { Dice } from '../../../../src/platform/simulated/dice'
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'

const put = (key: string, value = 'v') => ({ put: key, value })
const journalPath = `/data/${journalName}`

async function entriesOf(store: EmbeddedStore): Promise<StoreEntry[]> {
  const all: StoreEntry[] = []
  for await (const page of (await store.snapshot('')).pages) all.push(...page)
  return all
}

async function contentOf(store: EmbeddedStore): Promise<{ [key: string]: string }> {
  return Object.fromEntries((await entriesOf(store)).map(({ key, value }) => [key, value]))
}

/** A machine with an empty data directory whose name is durable. */
async function machineOf(world: World) {
  const machine = new Machine(new SimulatedNet(world), 'a')
  const platform = machine.boot()
  platform.files.makeDir('/data')
  await world.until(platform.files.syncDir('/'))
  return { machine, platform }
}

const openStore = ({ files, random }: Platform) => EmbeddedStore.open(files, '/data', random)

describe('StoreJournal', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
    'loses nothing that was answered when the power goes, seed %i',
    async seed => {
      const world = new World({ seed })
      const dice = new Dice(`crash/${seed}`)
      const { machine, platform } = await machineOf(world)
      let store = await world.until(openStore(platform))
      const answered = new Map<string, { revision: number; value: string }>()
      const asked = new Set<string>()
      for (let round = 0; round < 4; round++) {
        const writes = Array.from({ length: 12 }, async (_, at) => {
          await world.sleep(dice.next() * 20)
          const [key, value] = [`k${at % 3}`, `${round}/${at}`]
          asked.add(`${key}=${value}`)
          const result = await store.transact({ if: [], do: [put(key, value)] })
          if (result.status === 'committed') answered.set(key, { revision: result.revision, value })
        })
        void Promise.allSettled(writes)
        await world.runFor(dice.next() * 30)
        machine.crash()
        store = await world.until(openStore(machine.boot()))
        const kept = new Map((await world.until(entriesOf(store))).map(entry => [entry.key, entry]))
        for (const [key, { revision, value }] of answered) {
          const entry = kept.get(key)
          expect(entry!.modified).toBeGreaterThanOrEqual(revision)
          if (entry!.modified === revision) expect(entry!.value).toBe(value)
        }
        for (const { key, value, modified } of kept.values()) {
          expect(asked).toContain(`${key}=${value}`)
          answered.set(key, { revision: modified, value })
        }
      }
    },
  )

  it('cuts a frame that a crash tore', async () => {
    const world = new World({ seed: 1 })
    const { platform } = await machineOf(world)
    const first = await world.until(openStore(platform))
    await world.until(first.transact({ if: [], do: [put('a')] }))
    await world.until(first.transact({ if: [], do: [put('b')] }))
    await world.until(first.close())
    const whole = platform.files.stat(journalPath)!.sizeBytes
    for (const cut of [1, 5, 30]) {
      const file = platform.files.open(journalPath, {})
      file.truncateSync(whole - cut)
      await world.until(file.close())
      const store = await world.until(openStore(platform))
      expect(await world.until(contentOf(store))).toEqual({ a: 'v' })
      await world.until(store.transact({ if: [], do: [put('b')] }))
      await world.until(store.close())
      expect(platform.files.stat(journalPath)!.sizeBytes).toBe(whole)
    }
  })

  it('refuses damage in the middle, and touches nothing', async () => {
    const world = new World({ seed: 2 })
    const { machine, platform } = await machineOf(world)
    const store = await world.until(openStore(platform))
    for (const key of ['a', 'b', 'c']) await world.until(store.transact({ if: [], do: [put(key)] }))
    await world.until(store.close())
    const size = platform.files.stat(journalPath)!.sizeBytes
    machine.rot(journalPath, 20)
    await expect(world.until(openStore(platform))).rejects.toMatchObject({
      name: 'CorruptLog',
      message: expect.stringContaining('damaged at byte 0'),
    })
    expect(platform.files.stat(journalPath)!.sizeBytes).toBe(size)
  })

  it('refuses a damaged snapshot, and one of a newer format', async () => {
    const world = new World({ seed: 3 })
    const { machine, platform } = await machineOf(world)
    await world.until((await world.until(openStore(platform))).close())
    machine.rot(`/data/${snapshotName}`, 20)
    await expect(world.until(openStore(platform))).rejects.toMatchObject({ name: 'CorruptLog' })
  })

  it('folds a long journal into a snapshot, and goes on', async () => {
    const world = new World({ seed: 4 })
    const { platform } = await machineOf(world)
    const store = await world.until(openStore(platform))
    const large = 'x'.repeat(100_000)
    let largest = 0
    for (let at = 0; at < 60; at++) {
      await world.until(store.transact({ if: [], do: [put(`k${at % 7}`, `${at}${large}`)] }))
      largest = Math.max(largest, platform.files.stat(journalPath)!.sizeBytes)
    }
    const { revision } = await store.identity()
    expect(largest).toBeGreaterThan(4 * 1024 * 1024)
    await world.runFor(100)
    expect(platform.files.stat(journalPath)!.sizeBytes).toBeLessThan(largest)
    const before = await world.until(contentOf(store))
    await world.until(store.close())
    const again = await world.until(openStore(platform))
    expect((await again.identity()).revision).toBe(revision)
    expect(await world.until(contentOf(again))).toEqual(before)
  })

  it('goes on with a journal for whose snapshot there is no room, and folds it when there is', async () => {
    const world = new World({ seed: 6 })
    const { machine, platform } = await machineOf(world)
    const store = await world.until(openStore(platform))
    const write = (at: number) =>
      world.until(store.transact({ if: [], do: [put('k', `${at}${'x'.repeat(1_500_000)}`)] }))
    machine.diskFaults.fail = (operation, path) => (operation === 'open' && path !== journalPath ? 'EMFILE' : null)
    for (let at = 0; at < 5; at++) expect(await write(at)).toMatchObject({ status: 'committed' })
    await world.runFor(1000)
    expect(platform.files.stat(journalPath)!.sizeBytes).toBeGreaterThan(7_000_000)
    machine.diskFaults.fail = () => null
    expect(await write(5)).toMatchObject({ status: 'committed' })
    await world.runFor(1000)
    expect(platform.files.stat(journalPath)!.sizeBytes).toBeLessThan(2_000_000)
    machine.kill()
    const again = await world.until(openStore(machine.boot()))
    expect((await again.identity()).revision).toBe(6)
  })

  it('passes over transactions that the snapshot holds already, when a crash came before the journal was cut', async () => {
    const world = new World({ seed: 5 })
    const { machine, platform } = await machineOf(world)
    const store = await world.until(openStore(platform))
    const large = 'x'.repeat(1_500_000)
    machine.diskFaults.fail = (operation, path) => (operation === 'truncate' && path === journalPath ? 'EIO' : null)
    for (let at = 0; at < 3; at++) await world.until(store.transact({ if: [], do: [put('k', `${at}${large}`)] }))
    await world.runFor(1000)
    machine.diskFaults.fail = () => null
    expect(await world.until(store.transact({ if: [], do: [put('after')] }))).toMatchObject({ status: 'unknown' })
    machine.kill()
    const again = await world.until(openStore(machine.boot()))
    expect(Object.keys(await world.until(contentOf(again)))).toEqual(['k'])
    expect(await world.until(again.transact({ if: [], do: [put('after')] }))).toEqual({
      status: 'committed',
      revision: 4,
    })
  })

  it('takes nothing back that a failed sync may have written: only opening it anew tells', async () => {
    const world = new World({ seed: 6 })
    const { machine, platform } = await machineOf(world)
    const store = await world.until(openStore(platform))
    machine.diskFaults.fail = operation => (operation === 'sync' ? 'EIO' : null)
    expect(await world.until(store.transact({ if: [], do: [put('a')] }))).toMatchObject({ status: 'unknown' })
    machine.diskFaults.fail = () => null
    expect(await world.until(store.transact({ if: [], do: [put('b')] }))).toMatchObject({ status: 'unknown' })
    expect(await world.until(contentOf(store))).toEqual({})
  })

  it('shares one sync among all that wait', async () => {
    const world = new World({ seed: 7 })
    const { machine, platform } = await machineOf(world)
    const store = await world.until(openStore(platform))
    let syncs = 0
    machine.diskFaults.fail = operation => {
      if (operation === 'sync') syncs++
      return null
    }
    const results = await world.until(
      Promise.all(Array.from({ length: 100 }, (_, at) => store.transact({ if: [], do: [put(`k${at}`)] }))),
    )
    expect(results.map(result => result.status === 'committed' && result.revision)).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    )
    expect(syncs).toBeLessThanOrEqual(2)
  })
})

describe('a sync that failed', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'is not believed by the next process, which finds the pages in the cache; seed %i',
    async seed => {
      const world = new World({ seed })
      const { machine, platform } = await machineOf(world)
      const store = await world.until(openStore(platform))
      await world.until(store.transact({ if: [], do: [put('a')] }))
      machine.diskFaults.fail = operation => (operation === 'sync' ? 'EIO' : null)
      await world.until(store.transact({ if: [], do: [put('b', 'x'.repeat(2_000))] })).catch(() => {})
      machine.diskFaults.fail = () => null
      machine.kill()
      const second = await world.until(openStore(machine.boot()))
      const seen = await world.until(contentOf(second))
      await world.until(second.transact({ if: [], do: [put('c')] }))
      machine.crash()
      const third = await world.until(openStore(machine.boot()))
      expect(await world.until(contentOf(third))).toEqual({ ...seen, c: 'v' })
    },
  )
})
