/**
 * Files of a directory that this process holds, for as long as it is there under its name. Where it was removed or another is in its
 * place, nothing is made, replaced or renamed by path any more: what has that name now is somebody else's. Files that are
 * open can still be read, and are written to no more.
 */
import { dirname } from 'node:path'
import type { File, FileFacts, FileLock, Files } from './files'

export class HeldFiles implements Files {
  readonly #files: Files
  /** The directory, and what in it keeps others out, as they were when they were taken. */
  readonly #held: readonly { readonly path: string; readonly identity: string }[]
  #lost: Error | null = null

  /** `lockPath` is in the directory that is held. */
  constructor(files: Files, lockPath: string) {
    this.#files = files
    this.#held = [dirname(lockPath), lockPath].flatMap(path => {
      const facts = files.stat(path)
      return facts ? [{ path, identity: facts.identity }] : []
    })
  }

  /** Looks whether it is still there; what is wrong with it from then on, or null. */
  look(): Error | null {
    this.#lost ??= this.#lookNow()
    return this.#lost
  }

  #lookNow(): Error | null {
    for (const { path, identity } of this.#held) {
      const found = this.#identityOf(path)
      if (found === identity) continue
      const what = found === null ? 'is gone' : 'is another than the one that this broker has opened'
      const mend = 'Nothing more is written. Stop the broker, put the directory back, and start it again'
      return Object.assign(new Error(`${path} ${what}. ${mend}`), { code: 'ESTALE', path })
    }
    return null
  }

  /** What a sick disk says of a name is no sign that it is gone. */
  #identityOf(path: string): string | null {
    try {
      return this.#files.stat(path)?.identity ?? null
    } catch {
      return this.#held.find(each => each.path === path)!.identity
    }
  }

  #mustBeHeld(): void {
    const lost = this.look()
    if (lost) throw lost
  }

  get longWriteBytes(): number {
    return this.#files.longWriteBytes
  }

  get longSyncedWriteBytes(): number {
    return this.#files.longSyncedWriteBytes
  }

  get openMax(): number {
    return this.#files.openMax
  }

  open(path: string, how: Parameters<Files['open']>[1]): File {
    this.#mustBeHeld()
    return new HeldFile(this.#files.open(path, how), () => {
      if (this.#lost) throw this.#lost
    })
  }

  list(path: string): readonly string[] {
    return this.#files.list(path)
  }

  stat(path: string): FileFacts | null {
    return this.#files.stat(path)
  }

  makeDir(path: string): void {
    this.#mustBeHeld()
    this.#files.makeDir(path)
  }

  readFile(path: string): Buffer {
    return this.#files.readFile(path)
  }

  async replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    this.#mustBeHeld()
    await this.#files.replaceFile(path, content)
  }

  async rename(from: string, to: string): Promise<void> {
    this.#mustBeHeld()
    await this.#files.rename(from, to)
  }

  async remove(path: string): Promise<void> {
    this.#mustBeHeld()
    await this.#files.remove(path)
  }

  async removeTree(path: string): Promise<void> {
    this.#mustBeHeld()
    await this.#files.removeTree(path)
  }

  syncDir(path: string): Promise<void> {
    return this.#files.syncDir(path)
  }

  lock(path: string): Promise<FileLock | null> {
    return this.#files.lock(path)
  }

  space(path: string): { totalBytes: number; usableBytes: number } {
    return this.#files.space(path)
  }
}

class HeldFile implements File {
  readonly #file: File
  readonly #mustBeHeld: () => void

  constructor(file: File, mustBeHeld: () => void) {
    this.#file = file
    this.#mustBeHeld = mustBeHeld
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#mustBeHeld()
    this.#file.writeSync(buffers, position)
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#mustBeHeld()
    await this.#file.write(buffers, position)
    this.#mustBeHeld()
  }

  readSync(into: Uint8Array, position: number): number {
    return this.#file.readSync(into, position)
  }

  size(): number {
    return this.#file.size()
  }

  truncateSync(sizeBytes: number): void {
    this.#file.truncateSync(sizeBytes)
  }

  /** What is found out meanwhile counts: the name of the file may have been gone before. */
  async sync(): Promise<void> {
    await this.#file.sync()
    this.#mustBeHeld()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
