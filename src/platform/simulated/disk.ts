/**
 * A disk that forgets. It keeps what POSIX promises and no more: bytes written and not synced may be lost at a crash in
 * any subset of sectors, and names made, renamed or removed may be, in any subset, until their directory is synced. Only
 * two things are whole: a sector, and a rename.
 */
import { assert } from '../assert'
import type { Dice } from './dice'

export const sectorBytes = 512

/** Something done to a file's bytes and not yet known to be on the disk. */
type Change = { readonly position: number; readonly bytes: Buffer } | { readonly sizeBytes: number }

/** Bytes that grow. */
class Content {
  #bytes = Buffer.alloc(0)
  sizeBytes = 0

  #resize(sizeBytes: number): void {
    if (sizeBytes > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(sizeBytes, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.sizeBytes)
      this.#bytes = larger
    }
    if (sizeBytes < this.sizeBytes) this.#bytes.fill(0, sizeBytes, this.sizeBytes)
    this.sizeBytes = sizeBytes
  }

  apply(change: Change): void {
    if ('sizeBytes' in change) {
      this.#resize(change.sizeBytes)
      return
    }
    const end = change.position + change.bytes.length
    if (end > this.sizeBytes) this.#resize(end)
    change.bytes.copy(this.#bytes, change.position)
  }

  read(into: Uint8Array, position: number): number {
    return position < this.sizeBytes ? this.#bytes.copy(into, 0, position, this.sizeBytes) : 0
  }

  flip(position: number): void {
    assert(position < this.sizeBytes, 'a byte of the file')
    this.#bytes[position]! ^= 0xff
  }

  copy(): Content {
    const same = new Content()
    same.apply({ position: 0, bytes: this.#bytes.subarray(0, this.sizeBytes) })
    return same
  }
}

export interface Sync {
  done(): void
  /**
   * As on Linux, the pages then count as clean: some of the bytes are on the disk, some are not, and no later sync will
   * try again.
   */
  failed(dice: Dice): void
}

/** Told apart by numbers. */
let nodes = 0

export class FileNode {
  readonly number = (nodes += 1)
  readonly isDirectory = false
  modifiedMs = 0
  #cached = new Content()
  #durable = new Content()
  #pending: Change[] = []

  get sizeBytes(): number {
    return this.#cached.sizeBytes
  }

  change(change: Change): void {
    this.#cached.apply(change)
    this.#pending.push(change)
  }

  read(into: Uint8Array, position: number): number {
    return this.#cached.read(into, position)
  }

  /** Takes what a sync that begins now must make durable; it ends in one of the two ways. */
  beginSync(): Sync {
    const synced = new Set(this.#pending)
    return {
      done: () => this.#settle(synced, change => this.#durable.apply(change)),
      failed: dice => this.#settle(synced, change => this.#applySome(change, dice)),
    }
  }

  /** Ends the waiting of those changes that still wait: an earlier sync may have ended meanwhile. */
  #settle(changes: ReadonlySet<Change>, settle: (change: Change) => void): void {
    for (const change of this.#pending) if (changes.has(change)) settle(change)
    this.#pending = this.#pending.filter(change => !changes.has(change))
  }

  crash(dice: Dice): void {
    this.#settle(new Set(this.#pending), change => this.#applySome(change, dice))
    this.#cached = this.#durable.copy()
  }

  /** The disk returns a wrong byte from now on. */
  rot(position: number): void {
    this.#cached.flip(position)
    if (position < this.#durable.sizeBytes) this.#durable.flip(position)
  }

  /** A change is lost, done, or, if it is a write, done in some of its sectors. */
  #applySome(change: Change, dice: Dice): void {
    const fate = dice.between(0, 2)
    if (fate === 0) return
    if (fate === 1 || 'sizeBytes' in change) {
      this.#durable.apply(change)
      return
    }
    const { position, bytes } = change
    for (let at = position; at < position + bytes.length; ) {
      const end = Math.min(position + bytes.length, (Math.floor(at / sectorBytes) + 1) * sectorBytes)
      if (dice.chance(0.5)) {
        this.#durable.apply({ position: at, bytes: bytes.subarray(at - position, end - position) })
      }
      at = end
    }
  }
}

export class DirectoryNode {
  readonly number = (nodes += 1)
  readonly isDirectory = true
  modifiedMs = 0
  cached = new Map<string, DiskNode>()
  durable = new Map<string, DiskNode>()
}

export type DiskNode = FileNode | DirectoryNode

/** One change of names: in each directory that it touches, what a name now stands for (null: nothing). */
interface Naming {
  readonly directory: DirectoryNode
  readonly name: string
  readonly node: DiskNode | null
}

export class Disk {
  readonly root = new DirectoryNode()
  #pending: (readonly Naming[])[] = []

  /** Changes names, all of them at once or, after a crash, none. */
  rename(namings: readonly Naming[]): void {
    apply(namings, directory => directory.cached)
    this.#pending.push(namings)
  }

  /** Takes what a sync of a directory that begins now must make durable, and gives what to call when it is done. */
  beginSync(directory: DirectoryNode): () => void {
    // What stands before in a directory that a synced change touches is synced with it, or it would undo it later.
    const touched = new Set([directory])
    const synced = this.#pending.toReversed().filter(namings => {
      if (!namings.some(naming => touched.has(naming.directory))) return false
      for (const naming of namings) touched.add(naming.directory)
      return true
    })
    return () => {
      for (const namings of synced.toReversed()) {
        const at = this.#pending.indexOf(namings)
        if (at < 0) continue
        this.#pending.splice(at, 1)
        apply(namings, each => each.durable)
      }
    }
  }

  /** The power goes: what is not durable is lost, in part. */
  crash(dice: Dice): void {
    for (const namings of this.#pending.splice(0)) {
      if (dice.chance(0.5)) apply(namings, directory => directory.durable)
    }
    this.#settle(this.root, dice)
  }

  /** Makes what is durable below a directory the only truth. */
  #settle(directory: DirectoryNode, dice: Dice): void {
    directory.cached = new Map(directory.durable)
    for (const node of directory.durable.values()) {
      if (node instanceof DirectoryNode) this.#settle(node, dice)
      else node.crash(dice)
    }
  }

  /** Bytes of all files that have names. */
  usedBytes(directory: DirectoryNode = this.root): number {
    let sum = 0
    for (const node of directory.cached.values())
      sum += node instanceof DirectoryNode ? this.usedBytes(node) : node.sizeBytes
    return sum
  }
}

function apply(namings: readonly Naming[], side: (directory: DirectoryNode) => Map<string, DiskNode>): void {
  for (const { directory, name, node } of namings) {
    if (node === null) side(directory).delete(name)
    else side(directory).set(name, node)
  }
}
