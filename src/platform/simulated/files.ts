/** Files on a simulated disk, as one process sees them: with the errors, delays and limits that a test asks for. */
import { dirname } from 'node:path/posix'
import type { File, Files, FileLock } from '../files'
import { onceFilesAreLeft } from '../open-files'
import { AtMost } from '../pieces'
import type { Dice } from './dice'
import { DirectoryNode, type Disk, type DiskNode, FileNode, sectorBytes } from './disk'
import type { Life } from './life'

export type FileOperation =
  | 'open'
  | 'write'
  | 'read'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'syncDir'
  | 'makeDir'

/** Knobs; may be turned at any time. */
export interface DiskFaults {
  /** An errno code ('EIO', 'ENOSPC', 'EROFS') makes an operation fail. A write that fails may have written a part. */
  fail: (operation: FileOperation, path: string) => string | null
  /** Writes that are longer go by a thread, which takes so long for each of the two halves. */
  longWriteBytes: number
  writeMs: readonly [number, number]
  /** How long the disk takes to sync, from and to. */
  syncMs: readonly [number, number]
  /** `Infinity` is not counted, which is cheaper. */
  capacityBytes: number
  /** Files that the process may have open at a time. */
  openMax: number
}

export const kindDisk = (): DiskFaults => ({
  fail: () => null,
  longWriteBytes: 128 * 1024,
  writeMs: [0, 1],
  syncMs: [0.1, 5],
  capacityBytes: Infinity,
  openMax: Infinity,
})

export function errno(code: string, operation: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, syscall: operation, path })
}

interface Place {
  readonly directory: DirectoryNode
  readonly name: string
  readonly node: DiskNode | undefined
}

/** Paths in use as locks on a disk. They end with the process that holds them. */
export type LockTable = Set<string>

export class SimulatedFiles implements Files {
  readonly #life: Life
  readonly #disk: Disk
  readonly #faults: DiskFaults
  readonly #dice: Dice
  readonly #locks: LockTable
  readonly #wholes = new AtMost(16)
  #openCount = 0

  constructor(life: Life, disk: Disk, faults: DiskFaults, dice: Dice, locks: LockTable) {
    this.#life = life
    this.#disk = disk
    this.#faults = faults
    this.#dice = dice
    this.#locks = locks
  }

  get longWriteBytes(): number {
    return this.#faults.longWriteBytes
  }

  /** Here as well, so that both ways to flush are tried with it. */
  get longSyncedWriteBytes(): number {
    return this.#faults.longWriteBytes
  }

  get openMax(): number {
    return this.#faults.openMax
  }

  open(path: string, { create = false, exclusive = false, readOnly = false }: Parameters<Files['open']>[1]): File {
    this.#begin('open', path)
    if (this.#openCount >= this.#faults.openMax) throw errno('EMFILE', 'open', path)
    const { directory, name, node } = this.#find(path)
    if (node !== undefined && exclusive) throw errno('EEXIST', 'open', path)
    if (node instanceof DirectoryNode) throw errno('EISDIR', 'open', path)
    if (node !== undefined) return this.#file(node, path, readOnly)
    if (!create && !exclusive) throw errno('ENOENT', 'open', path)
    const made = new FileNode()
    made.modifiedMs = this.#life.world.clock.now()
    this.#disk.rename([{ directory, name, node: made }])
    return this.#file(made, path, readOnly)
  }

  list(path: string): readonly string[] {
    return [...this.#directory(path).cached.keys()]
  }

  stat(path: string) {
    this.#life.check()
    let node: DiskNode | undefined
    try {
      node = this.#find(path).node
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    if (node === undefined) return null
    const sizeBytes = node instanceof FileNode ? node.sizeBytes : 0
    return { sizeBytes, modifiedMs: node.modifiedMs, isDirectory: node.isDirectory, identity: String(node.number) }
  }

  makeDir(path: string): void {
    this.#begin('makeDir', path)
    let directory = this.#disk.root
    const names = namesOf(path)
    for (const [i, name] of names.entries()) {
      let node = directory.cached.get(name)
      if (node === undefined) {
        node = new DirectoryNode()
        node.modifiedMs = this.#life.world.clock.now()
        this.#disk.rename([{ directory, name, node }])
      }
      if (!(node instanceof DirectoryNode)) throw errno(i === names.length - 1 ? 'EEXIST' : 'ENOTDIR', 'mkdir', path)
      directory = node
    }
  }

  readFile(path: string): Buffer {
    const file = this.open(path, { readOnly: true })
    const content = Buffer.alloc(file.size())
    file.readSync(content, 0)
    void file.close()
    return content
  }

  /** No more at a time than with Node, so that many do not take all the files that may be open. */
  replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    return this.#wholes.run(() => onceFilesAreLeft(this.#life.timers, () => this.#replaceFile(path, content)))
  }

  async #replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    const temporary = `${path}.tmp`
    const file = this.open(temporary, { create: true })
    try {
      file.truncateSync(0)
      file.writeSync([Buffer.from(content)], 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.rename(temporary, path)
    await this.syncDir(dirname(path))
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#life.pause(0)
    this.#begin('rename', from)
    const source = this.#find(from)
    const target = this.#find(to)
    if (source.node === undefined) throw errno('ENOENT', 'rename', from)
    const code = renameError(source.node, target.node, namesOf(from), namesOf(to))
    if (code !== null) throw errno(code, 'rename', from)
    if (source.node === target.node) return
    this.#disk.rename([
      { directory: source.directory, name: source.name, node: null },
      { directory: target.directory, name: target.name, node: source.node },
    ])
  }

  async remove(path: string): Promise<void> {
    await this.#life.pause(0)
    this.#begin('remove', path)
    if (this.stat(path) === null) return
    const { directory, name, node } = this.#find(path)
    if (node instanceof DirectoryNode) throw errno('EISDIR', 'unlink', path)
    this.#disk.rename([{ directory, name, node: null }])
  }

  async removeTree(path: string): Promise<void> {
    await this.#life.pause(0)
    this.#begin('remove', path)
    const facts = this.stat(path)
    if (facts === null) return
    if (facts.isDirectory) for (const name of this.list(path)) await this.removeTree(`${path}/${name}`)
    const { directory, name } = this.#find(path)
    this.#disk.rename([{ directory, name, node: null }])
  }

  async syncDir(path: string): Promise<void> {
    const directory = this.#directory(path)
    const done = this.#disk.beginSync(directory)
    await this.#life.pause(this.#dice.within(this.#faults.syncMs))
    this.#begin('syncDir', path)
    done()
  }

  async lock(path: string): Promise<FileLock | null> {
    await this.open(path, { create: true }).close()
    if (this.#locks.has(path)) return null
    this.#locks.add(path)
    const release = (): void => void this.#locks.delete(path)
    this.#life.atEnd(release)
    return { release: async () => release() }
  }

  space(path: string) {
    this.#directory(path)
    const totalBytes = Math.min(this.#faults.capacityBytes, 2 ** 40)
    return { totalBytes, usableBytes: Math.max(0, totalBytes - this.#disk.usedBytes()) }
  }

  #begin(operation: FileOperation, path: string): void {
    this.#life.check()
    const code = this.#faults.fail(operation, path)
    if (code !== null) throw errno(code, operation, path)
  }

  #directory(path: string): DirectoryNode {
    this.#life.check()
    let directory = this.#disk.root
    for (const name of namesOf(path)) {
      const node = directory.cached.get(name)
      if (node === undefined) throw errno('ENOENT', 'scandir', path)
      if (!(node instanceof DirectoryNode)) throw errno('ENOTDIR', 'scandir', path)
      directory = node
    }
    return directory
  }

  #find(path: string): Place {
    const name = namesOf(path).pop()
    if (name === undefined) return { directory: this.#disk.root, name: '', node: this.#disk.root }
    const directory = this.#directory(dirname(path))
    return { directory, name, node: directory.cached.get(name) }
  }

  #file(node: FileNode, path: string, readOnly: boolean): File {
    this.#openCount += 1
    return new SimulatedFile(node, path, readOnly, {
      begin: operation => this.#begin(operation, path),
      closed: () => {
        this.#openCount -= 1
      },
      touch: () => {
        node.modifiedMs = this.#life.world.clock.now()
      },
      roomBytes: () => {
        const { capacityBytes } = this.#faults
        return capacityBytes === Infinity ? Infinity : capacityBytes - this.#disk.usedBytes()
      },
      writePause: () => this.#life.pause(this.#dice.within(this.#faults.writeMs)),
      syncPause: () => this.#life.pause(this.#dice.within(this.#faults.syncMs)),
      dice: this.#dice,
    })
  }
}

interface FileWorld {
  closed(): void
  begin(operation: FileOperation): void
  touch(): void
  roomBytes(): number
  writePause(): Promise<void>
  syncPause(): Promise<void>
  readonly dice: Dice
}

class SimulatedFile implements File {
  readonly #node: FileNode
  readonly #path: string
  readonly #readOnly: boolean
  readonly #world: FileWorld
  #open = true
  readonly #writes = new Set<Promise<void>>()

  constructor(node: FileNode, path: string, readOnly: boolean, world: FileWorld) {
    this.#node = node
    this.#path = path
    this.#readOnly = readOnly
    this.#world = world
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#check('write')
    this.#writeNow(Buffer.concat(buffers), position)
  }

  #writeNow(bytes: Buffer, position: number): void {
    let failure: Error | null = null
    try {
      this.#world.begin('write')
      if (position + bytes.length - this.size() > this.#world.roomBytes()) throw errno('ENOSPC', 'write', this.#path)
    } catch (error) {
      failure = error as Error
    }
    const count = failure === null ? bytes.length : this.#world.dice.between(0, Math.max(0, bytes.length - 1))
    if (count > 0 && this.#roomFor(position + count)) this.#node.change({ position, bytes: bytes.subarray(0, count) })
    this.#world.touch()
    if (failure !== null) throw failure
  }

  /**
   * In two steps: what the buffers hold then is what is written. Between them lies the border of a sector, since a system
   * copies into a page under the page's lock, and no half of that goes to the disk.
   */
  write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const write = this.#writeLater(buffers, position)
    this.#writes.add(write)
    return write.finally(() => this.#writes.delete(write))
  }

  async #writeLater(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#check('write')
    const sizeBytes = buffers.reduce((sum, { length }) => sum + length, 0)
    const border = position + this.#world.dice.between(0, sizeBytes)
    const middle = Math.max(0, border - (border % sectorBytes) - position)
    await this.#world.writePause()
    if (middle > 0) this.#writeNow(Buffer.concat(buffers).subarray(0, middle), position)
    await this.#world.writePause()
    if (middle < sizeBytes) this.#writeNow(Buffer.concat(buffers).subarray(middle), position + middle)
  }

  readSync(into: Uint8Array, position: number): number {
    this.#check('read')
    this.#world.begin('read')
    return this.#node.read(into, position)
  }

  size(): number {
    return this.#node.sizeBytes
  }

  truncateSync(sizeBytes: number): void {
    this.#check('write')
    this.#world.begin('truncate')
    this.#node.change({ sizeBytes })
    this.#world.touch()
  }

  async sync(): Promise<void> {
    this.#check('sync')
    const sync = this.#node.beginSync()
    await this.#world.syncPause()
    try {
      this.#world.begin('sync')
    } catch (error) {
      sync.failed(this.#world.dice)
      throw error
    }
    sync.done()
  }

  async close(): Promise<void> {
    if (this.#open) this.#world.closed()
    this.#open = false
    await Promise.allSettled(this.#writes)
  }

  #roomFor(endBytes: number): boolean {
    return endBytes - this.size() <= this.#world.roomBytes()
  }

  #check(operation: 'write' | 'read' | 'sync'): void {
    if (!this.#open || (operation === 'write' && this.#readOnly)) throw errno('EBADF', operation, this.#path)
  }
}

/** Why one thing may not take the place of another. */
function renameError(
  source: DiskNode,
  target: DiskNode | undefined,
  from: readonly string[],
  to: readonly string[],
): string | null {
  if (source === target) return null
  const isWithin = from.length < to.length && from.every((name, i) => name === to[i])
  if (source.isDirectory && isWithin) return 'EINVAL'
  if (target === undefined) return null
  if (source.isDirectory && !target.isDirectory) return 'ENOTDIR'
  if (target instanceof DirectoryNode && target.cached.size > 0) return source.isDirectory ? 'ENOTEMPTY' : 'EISDIR'
  return !source.isDirectory && target.isDirectory ? 'EISDIR' : null
}

function namesOf(path: string): string[] {
  return path.split('/').filter(name => name !== '' && name !== '.')
}
