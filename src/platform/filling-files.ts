/** Files on a disk that may be told to be full: what is there can be read, cut and removed, and nothing can be written. */
import type { File, FileFacts, FileLock, Files } from './files'

export class FillingFiles implements Files {
  isFull = false
  readonly #files: Files

  constructor(files: Files) {
    this.#files = files
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
    return new FillingFile(this.#files.open(path, how), () => this.#mustHaveRoom(path))
  }

  list(path: string): readonly string[] {
    return this.#files.list(path)
  }

  stat(path: string): FileFacts | null {
    return this.#files.stat(path)
  }

  makeDir(path: string): void {
    this.#mustHaveRoom(path)
    this.#files.makeDir(path)
  }

  readFile(path: string): Buffer {
    return this.#files.readFile(path)
  }

  async replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    this.#mustHaveRoom(path)
    await this.#files.replaceFile(path, content)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.rename(from, to)
  }

  remove(path: string): Promise<void> {
    return this.#files.remove(path)
  }

  removeTree(path: string): Promise<void> {
    return this.#files.removeTree(path)
  }

  syncDir(path: string): Promise<void> {
    return this.#files.syncDir(path)
  }

  lock(path: string): Promise<FileLock | null> {
    return this.#files.lock(path)
  }

  space(path: string): { totalBytes: number; usableBytes: number } {
    const space = this.#files.space(path)
    return this.isFull ? { ...space, usableBytes: 0 } : space
  }

  #mustHaveRoom(path: string): void {
    if (!this.isFull) return
    throw Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC', path })
  }
}

class FillingFile implements File {
  readonly #file: File
  readonly #mustHaveRoom: () => void

  constructor(file: File, mustHaveRoom: () => void) {
    this.#file = file
    this.#mustHaveRoom = mustHaveRoom
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#mustHaveRoom()
    this.#file.writeSync(buffers, position)
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#mustHaveRoom()
    await this.#file.write(buffers, position)
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

  sync(): Promise<void> {
    return this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
