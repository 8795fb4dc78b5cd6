/** Files by Node's fs module: short data through the page cache without leaving the thread, the rest by Node's own threads. */
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { assert } from '../assert'
import { Deferred } from '../collections'
import type { File, FileFacts, Files } from '../files'
import { onceFilesAreLeft } from '../open-files'
import { AtMost } from '../pieces'
import { nodeTimers } from './clock'
import { lockFile } from './lock'

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_DIRECTORY } = fs.constants

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code
}

class NodeFile implements File {
  readonly #fd: number
  /** Writes and syncs on their way. */
  #pending = 0
  #closing: Deferred<void> | null = null

  constructor(fd: number) {
    this.#fd = fd
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    assert(this.#closing === null, 'a closed file is not written')
    let left = buffers.length === 1 ? buffers : buffers.filter(buffer => buffer.length > 0)
    let at = position
    while (left.length > 0 && (left.length > 1 || left[0]!.length > 0)) {
      const written =
        left.length === 1
          ? fs.writeSync(this.#fd, left[0]!, 0, left[0]!.length, at)
          : fs.writevSync(this.#fd, left as Uint8Array[], at)
      at += written
      left = after(left, written)
    }
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    assert(this.#closing === null, 'a closed file is not written')
    this.#pending += 1
    try {
      let left: readonly Uint8Array[] = buffers.filter(buffer => buffer.length > 0)
      for (let at = position; left.length > 0; ) {
        const written = await writeSome(this.#fd, left, at)
        at += written
        left = after(left, written)
      }
    } finally {
      this.#ended()
    }
  }

  readSync(into: Uint8Array, position: number): number {
    assert(this.#closing === null, 'a closed file is not read')
    let filled = 0
    while (filled < into.length) {
      const count = fs.readSync(this.#fd, into, filled, into.length - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    return filled
  }

  size(): number {
    return fs.fstatSync(this.#fd).size
  }

  truncateSync(sizeBytes: number): void {
    fs.ftruncateSync(this.#fd, sizeBytes)
  }

  sync(): Promise<void> {
    assert(this.#closing === null, 'a closed file is not synced')
    this.#pending += 1
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#fd, error => {
        if (error) reject(error)
        else resolve()
        this.#ended()
      })
    })
  }

  #ended(): void {
    this.#pending -= 1
    if (this.#pending === 0 && this.#closing !== null) this.#closeNow(this.#closing)
  }

  /** Waits for what is on its way: a descriptor closed under it may by then belong to another file. */
  close(): Promise<void> {
    if (this.#closing !== null) return this.#closing.promise
    this.#closing = new Deferred<void>()
    if (this.#pending === 0) this.#closeNow(this.#closing)
    return this.#closing.promise
  }

  /** At once: who closes files to make room for others finds it in the same turn. */
  #closeNow(done: Deferred<void>): void {
    try {
      fs.closeSync(this.#fd)
      done.resolve()
    } catch (error) {
      done.reject(error)
    }
  }
}

/** Resolves with how many bytes were taken. */
function writeSome(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, written: number) => (error ? reject(error) : resolve(written))
    const [only] = buffers
    if (buffers.length === 1) fs.write(fd, only!, 0, only!.length, position, done)
    else fs.writev(fd, buffers as Uint8Array[], position, done)
  })
}

/** What is left of `buffers` when their first `count` bytes are taken; a short write may end in the middle of one. */
function after(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let first = 0
  let left = count
  while (first < buffers.length && left >= buffers[first]!.length) left -= buffers[first++]!.length
  const rest = buffers.slice(first)
  if (left > 0) rest[0] = rest[0]!.subarray(left)
  return rest
}

/** Not `recursive` of Node, which never returns where a directory can be seen but not be written, as in /proc. */
function makeDir(path: string): void {
  try {
    fs.mkdirSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !fs.existsSync(dirname(path))) {
      makeDir(dirname(path))
      fs.mkdirSync(path)
    } else if (codeOf(error) !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error
  }
}

async function syncDir(path: string): Promise<void> {
  // Windows has no such call, and does not need it: NTFS writes names through its own journal.
  if (process.platform === 'win32') return
  const handle = await fs.promises.open(path, O_RDONLY | O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Whole-file work under way, each with a descriptor or two. Started all at once, as for thousands of new logs, it would open
 * all its files before the first is closed; there are fewer threads for it than this anyway.
 */
const wholes = new AtMost(16)
const whole = <T>(work: () => Promise<T>): Promise<T> => wholes.run(() => onceFilesAreLeft(nodeTimers, work))

/** As Linux tells it; elsewhere nobody says without a program of its own. */
function openMax(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))
    return limit ? Number(limit[1]) : Infinity
  } catch {
    return Infinity
  }
}

async function replaceFileNow(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`
  const handle = await fs.promises.open(temporary, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await fs.promises.rename(temporary, path)
  await syncDir(dirname(path))
}

/** The last replacement asked for of each path that has one on its way: they go one after the other, the last one wins. */
const replacing = new Map<string, Promise<void>>()

async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const before = replacing.get(path) ?? Promise.resolve()
  const mine = before.catch(() => {}).then(() => whole(() => replaceFileNow(path, content)))
  replacing.set(path, mine)
  try {
    await mine
  } finally {
    if (replacing.get(path) === mine) replacing.delete(path)
  }
}

export const nodeFiles: Files = {
  longWriteBytes: 128 * 1024,
  longSyncedWriteBytes: Infinity,

  get openMax() {
    return openMax()
  },

  open(path, { create = false, exclusive = false, readOnly = false }) {
    const access = readOnly ? O_RDONLY : O_RDWR
    return new NodeFile(
      fs.openSync(path, access | (create || exclusive ? O_CREAT : 0) | (exclusive ? O_EXCL : 0), 0o644),
    )
  },

  list: path => fs.readdirSync(path),

  stat(path): FileFacts | null {
    const facts = fs.statSync(path, { throwIfNoEntry: false })
    if (facts === undefined) return null
    const identity = `${facts.dev}:${facts.ino}`
    return { sizeBytes: facts.size, modifiedMs: facts.mtimeMs, isDirectory: facts.isDirectory(), identity }
  },

  makeDir,

  readFile: path => fs.readFileSync(path),
  replaceFile,
  rename: (from, to) => fs.promises.rename(from, to),

  async remove(path) {
    try {
      await fs.promises.unlink(path)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
  },

  removeTree: path => fs.promises.rm(path, { recursive: true, force: true }),
  syncDir: path => whole(() => syncDir(path)),
  lock: path => lockFile(path),

  space(path) {
    const { bsize, blocks, bavail } = fs.statfsSync(path)
    return { totalBytes: bsize * blocks, usableBytes: bsize * bavail }
  },
}
