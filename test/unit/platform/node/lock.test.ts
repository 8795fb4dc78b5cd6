import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockFile } from '../../../../src/platform/node/lock'

const noKernel = async (): Promise<null> => null
let dir: string
let path: string
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'odradek-lock-'))
  path = join(dir, '.lock')
})
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }))

/** A process that lives until it is stopped. */
async function bystander(): Promise<{ pid: number; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log(1)'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await new Promise(resolve => child.stdout.once('data', resolve))
  return {
    pid: child.pid!,
    stop: () =>
      new Promise(resolve => {
        child.once('close', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

const startTicksOf = (pid: number): string => {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
}
const bootId = (): string => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()

test.each([
  ['with what the system offers', undefined],
  ['without a kernel lock', noKernel],
])('held once, given back, taken again %s', async (_, ask) => {
  const lock = await lockFile(path, ask)
  expect(lock).not.toBeNull()
  expect(fs.readFileSync(path, 'latin1')).toMatch(new RegExp(`^${process.pid}\\b`))
  expect(await lockFile(path, ask)).toBeNull()
  await lock!.release()
  await lock!.release()
  const again = await lockFile(path, ask)
  expect(again).not.toBeNull()
  await again!.release()
})

test('of many who want it at once, one has it', async () => {
  const locks = await Promise.all(Array.from({ length: 8 }, () => lockFile(path)))
  const won = locks.filter(lock => lock !== null)
  expect(won).toHaveLength(1)
  await won[0]!.release()
})

test('the lock of a module loaded twice, as test runners do, is respected', async () => {
  const lock = await lockFile(path)
  jest.resetModules()
  const other = require('../../../../src/platform/node/lock') as typeof import('../../../../src/platform/node/lock')
  expect(await other.lockFile(path)).toBeNull()
  expect(await other.lockFile(path, noKernel)).toBeNull()
  await lock!.release()
})

test('a directory that is not there is an error, not a lock', async () => {
  await expect(lockFile(join(dir, 'no', '.lock'))).rejects.toMatchObject({ code: 'ENOENT' })
})

if (process.platform === 'linux') {
  test('a living owner is respected, a dead one is not, nor one whose number another process has', async () => {
    const other = await bystander()
    const identity = `${other.pid} ${startTicksOf(other.pid)} ${bootId()}`
    for (const ask of [undefined, noKernel]) {
      fs.writeFileSync(path, `${identity}\n`)
      expect(await lockFile(path, ask)).toBeNull()
      fs.writeFileSync(path, `${other.pid} 1 ${bootId()}\n`)
      const lock = await lockFile(path, ask)
      expect(lock).not.toBeNull()
      await lock!.release()
    }
    await other.stop()
    fs.writeFileSync(path, `${identity}\n`)
    const lock = await lockFile(path, noKernel)
    expect(lock).not.toBeNull()
    await lock!.release()
  })

  test('a guard that another holds means no, one that a crash left is removed', async () => {
    fs.writeFileSync(`${path}.guard`, '')
    expect(await lockFile(path, noKernel)).toBeNull()
    fs.utimesSync(`${path}.guard`, 1, 1)
    const lock = await lockFile(path, noKernel)
    expect(lock).not.toBeNull()
    expect(fs.readdirSync(dir)).toEqual(['.lock'])
    await lock!.release()
  })
}
