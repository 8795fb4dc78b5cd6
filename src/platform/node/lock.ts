/**
 * A lock on a data directory that ends with the process, however it ends.
 *
 * The kernel holds it where Node lets us ask: macOS and Windows lock at open (the flags libuv documents as
 * UV_FS_O_EXLOCK). On Linux the command `flock` locks a descriptor that we hand it; such a lock belongs to the open
 * file, not to the process that asked, so it stays ours when the command is gone. Where there is no such command, and
 * against a broker that had none, the file also names its owner by process id and start time, which is checked as well:
 * a number that lives on in another process, as they do in containers, is not taken for the owner.
 *
 * Kafka keeps a `.lock` of the same name by another kind of lock (fcntl). It cannot see ours; on Linux we see its.
 */
import * as fs from 'node:fs'
import type { FileLock } from '../files'
import { nodeClock } from './clock'
import { identityOf } from './identity'

const { O_RDWR, O_CREAT, O_NONBLOCK } = fs.constants
const lockAtOpen: number = { darwin: 0x20 | O_NONBLOCK, win32: 0x10000000 }[process.platform as string] ?? 0
const heldCodes = new Set(['EAGAIN', 'EWOULDBLOCK', 'EBUSY'])

/** Files this process holds, by device and inode, since to itself a process is never a stranger. */
const heldHere = new Set<string>()

/** Says whether the kernel gave us the lock on an open file; null where it cannot be asked. */
export type AskKernel = (fd: number) => Promise<boolean | null>

function askKernel(fd: number): Promise<boolean | null> {
  if (process.platform !== 'linux') return Promise.resolve(lockAtOpen === 0 ? null : true)
  return new Promise(resolve => {
    // Loaded by those who lock: who keeps everything in memory starts without it.
    const { spawn } = require('node:child_process') as typeof import('node:child_process')
    const child = spawn('flock', ['-xn', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] })
    child.once('error', () => resolve(null))
    child.once('close', status => resolve(status === 0 ? true : status === 1 ? false : null))
  })
}

function ownerLives(identity: string): boolean {
  const pid = Number(identity.split(' ')[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // A process of another user is there, though we may not signal it.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return identityOf(pid) === identity
}

/** Whether another process holds an fcntl lock on the file, as a JVM does. Only Linux tells. */
function lockedByFcntl(inode: number): boolean {
  let locks: string
  try {
    locks = fs.readFileSync('/proc/locks', 'latin1')
  } catch {
    return false
  }
  return locks.split('\n').some(line => {
    const [, kind, , , pid, file] = line.trim().split(/\s+/)
    return kind === 'POSIX' && Number(pid) !== process.pid && file?.endsWith(`:${inode}`) === true
  })
}

/** The identity in the file, read from its start wherever the descriptor stands. */
function ownerIn(fd: number): string {
  const content = Buffer.alloc(256)
  return content.toString('latin1', 0, fs.readSync(fd, content, 0, content.length, 0)).trim()
}

/**
 * Writes our name into the file unless the name that is there is of a process that lives. A bare process id, written
 * where the system tells no start time, counts only if no kernel vouches for us: it may be anybody's by now.
 */
function signUnlessOwned(fd: number, kernelVouches: boolean): boolean {
  const owner = ownerIn(fd)
  const self = identityOf(process.pid)
  const knowsStart = owner.includes(' ')
  const owned = owner === self ? knowsStart : (knowsStart || !kernelVouches) && ownerLives(owner)
  if (owned) return false
  fs.ftruncateSync(fd)
  fs.writeSync(fd, `${self}\n`, 0)
  return true
}

/** How old a guard file must be to be one that a crash left behind; a living one lasts for less than a millisecond. */
const guardStaleMs = 10_000

/** Looking at the name and signing must not be mixed with another's doing the same: a second file guards the moment. */
function signAlone(path: string, fd: number): boolean {
  const guard = `${path}.guard`
  const facts = fs.statSync(guard, { throwIfNoEntry: false })
  if (facts !== undefined && nodeClock.now() - facts.mtimeMs > guardStaleMs) fs.rmSync(guard, { force: true })
  try {
    fs.closeSync(fs.openSync(guard, 'wx'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    return signUnlessOwned(fd, false)
  } finally {
    fs.rmSync(guard, { force: true })
  }
}

async function take(path: string, fd: number, ask: AskKernel): Promise<FileLock | null> {
  const { dev, ino } = fs.fstatSync(fd)
  const file = `${dev}:${ino}`
  if (heldHere.has(file)) return null
  heldHere.add(file)
  let mine = false
  try {
    const given = await ask(fd)
    mine = given !== false && !lockedByFcntl(ino) && (given === null ? signAlone(path, fd) : signUnlessOwned(fd, true))
  } finally {
    if (!mine) heldHere.delete(file)
  }
  if (!mine) return null
  return {
    async release() {
      if (!heldHere.delete(file)) return
      fs.ftruncateSync(fd)
      fs.closeSync(fd)
    },
  }
}

/**
 * Takes the lock or gives null when somebody else has it; the file then begins with the owner's process id, if it is one
 * of ours. Throws ErrnoException when the file cannot be made.
 */
export async function lockFile(path: string, ask: AskKernel = askKernel): Promise<FileLock | null> {
  let fd: number
  try {
    fd = fs.openSync(path, O_RDWR | O_CREAT | lockAtOpen, 0o644)
  } catch (error) {
    if (heldCodes.has((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
  let lock: FileLock | null = null
  try {
    lock = await take(path, fd, ask)
  } finally {
    if (lock === null) fs.closeSync(fd)
  }
  return lock
}
