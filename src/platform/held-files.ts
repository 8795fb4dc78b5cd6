/**
 * Files of a directory that this process holds, for as long as it is there under its name. Where it was removed or another is in its
 * place, nothing is made, replaced or renamed by path any more: what has that name now is somebody else's. Files that are
 * open can still be read, and are written to no more.
 */
import { dirname } from 'node:path'
import type { File, Files } from './files'
import { PassingFile, PassingFiles } from './passing-files'

export class HeldFiles extends PassingFiles {
  /** The directory, and what in it keeps others out, as they were when they were taken. */
  readonly #held: readonly { readonly path: string; readonly identity: string }[]
  #lost: Error | null = null

  /** `lockPath` is in the directory that is held. */
  constructor(files: Files, lockPath: string) {
    super(files)
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
      return this.stat(path)?.identity ?? null
    } catch {
      return this.#held.find(each => each.path === path)!.identity
    }
  }

  #mustBeHeld(): void {
    const lost = this.look()
    if (lost) throw lost
  }

  override open(path: string, how: Parameters<Files['open']>[1]): File {
    this.#mustBeHeld()
    return new HeldFile(super.open(path, how), () => {
      if (this.#lost) throw this.#lost
    })
  }

  override makeDir(path: string): void {
    this.#mustBeHeld()
    super.makeDir(path)
  }

  override async replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    this.#mustBeHeld()
    await super.replaceFile(path, content)
  }

  override async rename(from: string, to: string): Promise<void> {
    this.#mustBeHeld()
    await super.rename(from, to)
  }

  override async remove(path: string): Promise<void> {
    this.#mustBeHeld()
    await super.remove(path)
  }

  override async removeTree(path: string): Promise<void> {
    this.#mustBeHeld()
    await super.removeTree(path)
  }
}

class HeldFile extends PassingFile {
  readonly #mustBeHeld: () => void

  constructor(file: File, mustBeHeld: () => void) {
    super(file)
    this.#mustBeHeld = mustBeHeld
  }

  override writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#mustBeHeld()
    super.writeSync(buffers, position)
  }

  override async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#mustBeHeld()
    await super.write(buffers, position)
    this.#mustBeHeld()
  }

  /** What is found out meanwhile counts: the name of the file may have been gone before. */
  override async sync(): Promise<void> {
    await super.sync()
    this.#mustBeHeld()
  }
}
