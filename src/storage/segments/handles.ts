/** Open files, no more than a limit: the one that was not used for longest is closed, and opened again when needed. */
import type { File, Files } from '../../platform/files'
import { isOfManyFiles } from '../../platform/open-files'

/** When the limit is reached this part of the open ones is closed at once, so that the search for them is rare. */
const closedAtOnce = 1 / 8
/** The disk does only a few syncs at a time, and a file that waits for one must stay open. */
const syncsMax = 64
const opensMax = 100

export class Handles {
  readonly #files: Files
  readonly #openMax: number
  readonly #open = new Set<Handle>()
  readonly #failed: (error: unknown) => void
  readonly #waiting: (() => void)[] = []
  #syncs = 0
  uses = 0

  /** `failed` hears of files that could not be closed. */
  constructor(files: Files, openMax: number, failed: (error: unknown) => void) {
    this.#files = files
    this.#openMax = openMax
    this.#failed = failed
  }

  get openCount(): number {
    return this.#open.size
  }

  /** A handle for a file that need not be there yet. */
  of(path: string): Handle {
    return new Handle(this, path)
  }

  open(handle: Handle, create: boolean): File {
    if (this.#open.size >= this.#openMax) this.#closeSome()
    const file = this.#openNow(handle.path, create)
    this.#open.add(handle)
    return file
  }

  /** Others may have taken more than their share, and then logs make do with fewer. */
  #openNow(path: string, create: boolean): File {
    try {
      return this.#files.open(path, { create })
    } catch (error) {
      if (!isOfManyFiles(error) || this.#open.size === 0) throw error
      this.#closeSome()
      return this.#files.open(path, { create })
    }
  }

  /** Resolves when a handle is open. A sync that could not be tried says nothing of the disk, so it waits for its file. */
  async opened(handle: Handle): Promise<File> {
    for (let tries = 1; ; tries += 1) {
      try {
        return handle.file()
      } catch (error) {
        if (!isOfManyFiles(error) || tries === opensMax) throw error
        await Promise.all(this.#idle().map(idle => idle.close().catch(this.#failed)))
      }
    }
  }

  /** Does a sync when not too many are under way. */
  async syncing(sync: () => Promise<void>): Promise<void> {
    if (this.#syncs < Math.min(syncsMax, this.#openMax / 2)) this.#syncs += 1
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      await sync()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#syncs -= 1
    }
  }

  /** Forgets a handle whose file is being closed. */
  left(handle: Handle): void {
    this.#open.delete(handle)
  }

  #closeSome(): void {
    for (const handle of this.#idle()) handle.close().catch(this.#failed)
  }

  #idle(): Handle[] {
    const idle = [...this.#open].filter(handle => !handle.busy).sort((a, b) => a.lastUse - b.lastUse)
    return idle.slice(0, Math.ceil(this.#openMax * closedAtOnce))
  }
}

export class Handle {
  path: string
  lastUse = 0
  readonly #handles: Handles
  #file: File | null = null
  /** Writes by a thread, syncs and moves under way. */
  #uses = 0

  constructor(handles: Handles, path: string) {
    this.#handles = handles
    this.path = path
  }

  /** Closing would have to wait. */
  get busy(): boolean {
    return this.#uses > 0
  }

  /** The open file, for use at once: it may be closed when other handles are used. Throws what opening throws. */
  file(create = false): File {
    this.#handles.uses += 1
    this.lastUse = this.#handles.uses
    this.#file ??= this.#handles.open(this, create)
    return this.#file
  }

  /** By a thread: the buffers must stay as they are until it settles. */
  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#uses += 1
    try {
      await this.file().write(buffers, position)
    } finally {
      this.#uses -= 1
    }
  }

  sync(): Promise<void> {
    return this.#handles.syncing(async () => {
      this.#uses += 1
      try {
        const file = await this.#handles.opened(this)
        await file.sync()
      } finally {
        this.#uses -= 1
      }
    })
  }

  /** Gives the file another name, and stays with it. Rejects with what the disk says. */
  async move(path: string, files: Files): Promise<void> {
    this.file()
    // Meanwhile the file cannot be opened by either name for sure.
    this.#uses += 1
    try {
      await files.rename(this.path, path)
      this.path = path
    } finally {
      this.#uses -= 1
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    if (!file) return
    this.#file = null
    this.#handles.left(this)
    await file.close()
  }
}
