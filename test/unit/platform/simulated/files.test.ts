import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'

const machineOf = (seed: number): { world: World; machine: Machine } => {
  const world = new World({ seed })
  return { world, machine: new Machine(new SimulatedNet(world), 'm') }
}
const seeds = Array.from({ length: 200 }, (_, seed) => seed)

test('what is synced, name and bytes, is there after any crash', async () => {
  for (const seed of seeds) {
    const { world, machine } = machineOf(seed)
    const { files } = machine.boot()
    files.makeDir('/d')
    await world.until(files.syncDir('/'))
    const file = files.open('/d/f', { create: true })
    await world.until(files.syncDir('/d'))
    file.writeSync([Buffer.from('kept')], 0)
    await world.until(file.sync())
    file.writeSync([Buffer.from('not kept')], 4)
    machine.crash()
    const after = machine.boot().files.readFile('/d/f').toString()
    expect(after.slice(0, 4)).toBe('kept')
  }
})

test('what is not synced may be there, or not, or in part; bytes by sector, names in any subset', async () => {
  const names = new Set<string>()
  const contents = new Set<string>()
  for (const seed of seeds) {
    const { world, machine } = machineOf(seed)
    const { files } = machine.boot()
    const file = files.open('/f', { create: true })
    await world.until(files.syncDir('/'))
    file.writeSync([Buffer.alloc(1024, 'x')], 0)
    files.open('/a', { create: true })
    files.open('/b', { create: true })
    await world.until(files.rename('/b', '/c'))
    machine.crash()
    const again = machine.boot().files
    names.add([...again.list('/')].sort().join(''))
    contents.add(again.readFile('/f').toString('latin1'))
  }
  const zeroes = '\0'.repeat(512)
  const xs = 'x'.repeat(512)
  expect(contents).toEqual(new Set(['', xs, xs + xs, zeroes + xs]))
  expect(names).toEqual(new Set(['f', 'af', 'bf', 'cf', 'abf', 'acf']))
})

test('replaceFile leaves the old or the new content, whenever the power goes', async () => {
  const seen = new Set<string>()
  for (const seed of seeds) {
    const { world, machine } = machineOf(seed)
    const { files } = machine.boot()
    await world.until(files.replaceFile('/f', 'old'.repeat(1000)))
    const replaced = files.replaceFile('/f', 'new'.repeat(1000))
    void replaced
    await world.runFor(world.dice('when').between(0, 12))
    machine.crash()
    seen.add(machine.boot().files.readFile('/f').toString())
  }
  expect(seen).toEqual(new Set(['old'.repeat(1000), 'new'.repeat(1000)]))
})

test('kill keeps what was written; the dead touch nothing and their promises stay open', async () => {
  const { world, machine } = machineOf(1)
  const { files, timers } = machine.boot()
  const file = files.open('/f', { create: true })
  file.writeSync([Buffer.from('written')], 0)
  let told = false
  void file.sync().then(() => (told = true))
  timers.after(1, () => (told = true))
  const held = await world.until(files.lock('/lock'))
  expect(held).not.toBeNull()
  expect(await world.until(files.lock('/lock'))).toBeNull()
  machine.kill()
  expect(() => files.open('/g', { create: true })).toThrow('ended')
  const again = machine.boot()
  expect(again.files.readFile('/f').toString()).toBe('written')
  expect(await world.until(again.files.lock('/lock'))).not.toBeNull()
  await world.runFor(1000)
  expect(told).toBe(false)
})

test('errors have codes; a failed write may leave a part, a failed sync never comes back', async () => {
  const { world, machine } = machineOf(5)
  const { files } = machine.boot()
  const codeOf = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
    return undefined
  }
  expect(codeOf(() => files.open('/no', {}))).toBe('ENOENT')
  expect(codeOf(() => files.list('/no'))).toBe('ENOENT')
  expect(codeOf(() => files.open('/no/where', { create: true }))).toBe('ENOENT')
  expect(files.stat('/no/where')).toBeNull()
  const file = files.open('/f', { create: true })
  expect(codeOf(() => files.open('/f', { exclusive: true }))).toBe('EEXIST')
  expect(codeOf(() => files.makeDir('/f/x'))).toBe('ENOTDIR')
  machine.diskFaults.capacityBytes = 1000
  expect(codeOf(() => file.writeSync([Buffer.alloc(1001)], 0))).toBe('ENOSPC')
  expect(file.size()).toBeLessThanOrEqual(1000)
  expect(files.space('/').totalBytes).toBe(1000)
  machine.diskFaults.fail = operation => (operation === 'sync' ? 'EIO' : null)
  await expect(world.until(file.sync())).rejects.toMatchObject({ code: 'EIO' })
  machine.diskFaults.fail = operation => (operation === 'read' ? 'EIO' : null)
  expect(codeOf(() => file.readSync(Buffer.alloc(1), 0))).toBe('EIO')
  await world.until(file.close())
  expect(codeOf(() => file.writeSync([Buffer.from('x')], 0))).toBe('EBADF')
})

test('bytes of a failed sync may be lost even if a later sync succeeds', async () => {
  let lost = 0
  for (const seed of seeds) {
    const { world, machine } = machineOf(seed)
    const { files } = machine.boot()
    const file = files.open('/f', { create: true })
    await world.until(files.syncDir('/'))
    file.writeSync([Buffer.from('x')], 0)
    machine.diskFaults.fail = operation => (operation === 'sync' ? 'EIO' : null)
    await expect(world.until(file.sync())).rejects.toMatchObject({ code: 'EIO' })
    machine.diskFaults.fail = () => null
    await world.until(file.sync())
    machine.crash()
    if (machine.boot().files.readFile('/f').length === 0) lost += 1
  }
  expect(lost).toBeGreaterThan(20)
  expect(lost).toBeLessThan(180)
})

test('what is written while a sync runs is not promised by it, and syncs may overlap', async () => {
  let lost = 0
  for (const seed of seeds) {
    const { world, machine } = machineOf(seed)
    const { files } = machine.boot()
    const file = files.open('/f', { create: true })
    await world.until(files.syncDir('/'))
    file.writeSync([Buffer.from('a')], 0)
    const first = file.sync()
    file.writeSync([Buffer.from('b')], 1)
    const second = file.sync()
    file.writeSync([Buffer.from('c')], 2)
    await world.until(Promise.all([first, second]))
    machine.crash()
    const after = machine.boot().files.readFile('/f').toString()
    expect(after.slice(0, 2)).toBe('ab')
    if (after.length === 2) lost += 1
  }
  expect(lost).toBeGreaterThan(20)
})

test('trees: made, moved and removed', async () => {
  const { world, machine } = machineOf(6)
  const { files } = machine.boot()
  files.makeDir('/a/b/c')
  files.open('/a/b/c/f', { create: true })
  await world.until(files.rename('/a/b', '/z'))
  expect(files.list('/z/c')).toEqual(['f'])
  await expect(world.until(files.rename('/none', '/y'))).rejects.toMatchObject({ code: 'ENOENT' })
  const file = files.open('/z/c/f', {})
  await world.until(files.removeTree('/z'))
  file.writeSync([Buffer.from('still open')], 0)
  expect(file.size()).toBe(10)
  expect(files.list('/')).toEqual(['a'])
  await world.until(files.remove('/nothing'))
})

test('a rotten byte', async () => {
  const { world, machine } = machineOf(7)
  const { files } = machine.boot()
  await world.until(files.replaceFile('/f', 'abc'))
  machine.rot('/f', 1)
  expect(files.readFile('/f')).toEqual(Buffer.from([97, 98 ^ 0xff, 99]))
})
