/** Files on a disk that may be told to be full: what is there can be read, cut and removed, and nothing can be written. */
import type { File, Files } from './files'
import { PassingFile, PassingFiles } from './passing-files'

export class FillingFiles extends PassingFiles {
  isFull = false

  override open(path: string, how: Parameters<Files['open']>[1]): File {
    return new FillingFile(super.open(path, how), () => this.#mustHaveRoom(path))
  }

  override makeDir(path: string): void {
    this.#mustHaveRoom(path)
    super.makeDir(path)
  }

  override async replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    this.#mustHaveRoom(path)
    await super.replaceFile(path, content)
  }

  override space(path: string): { totalBytes: number; usableBytes: number } {
    const space = super.space(path)
    return this.isFull ? { ...space, usableBytes: 0 } : space
  }

  #mustHaveRoom(path: string): void {
    if (!this.isFull) return
    throw Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC', path })
  }
}

class FillingFile extends PassingFile {
  readonly #mustHaveRoom: () => void

  constructor(file: File, mustHaveRoom: () => void) {
    super(file)
    this.#mustHaveRoom = mustHaveRoom
  }

  override writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#mustHaveRoom()
    super.writeSync(buffers, position)
  }

  override async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#mustHaveRoom()
    await super.write(buffers, position)
  }
}
