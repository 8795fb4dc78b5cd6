/**
 * Frames: everything on a connection stands behind an int32 that counts its bytes. `Frames` cuts them out of a stream: one
 * that lies whole in what arrived is lent where it is, one that is split is gathered in a buffer of the pool and lent as
 * well, unless somebody holds that one for longer. What is held grows with what really came, not with what was announced.
 */
import { bufferPool, Shared } from '../platform/buffer-pool'
import { Malformed } from './wire/faults'
import type { Slices } from './wire/slices'
import { Writer } from './wire/writer'

const prefixBytes = 4

/** Less is read together with what comes after it. */
const roomBytesMin = 16 * 1024
/** Up to here a split frame's buffer is made in one piece; beyond, it doubles as bytes come in. */
const firstPieceBytes = 2 * 1024 * 1024

/** What the first four bytes are when somebody took the port for another one; empty when they are like nothing known. */
function otherProtocol(prefix: number): string {
  const text = Buffer.alloc(4)
  text.writeInt32BE(prefix)
  if (/^(GET |POST|PUT |HEAD|DELE|OPTI|PATC|CONN)$/.test(text.toString('latin1'))) return ': this looks like HTTP'
  // A TLS record of a handshake: type 22, version 3.x.
  if (text[0] === 22 && text[1] === 3) return ': this looks like TLS, which is not served'
  return ''
}

export class Frames {
  /** The largest frame that is taken. */
  maxBytes: number
  readonly #take: (frame: Buffer, shared: Shared | null) => void
  readonly #begins: (sizeBytes: number) => boolean
  readonly #prefix = Buffer.alloc(4)
  #prefixBytes = 0
  #frame: Buffer | null = null
  #frameBytes = 0
  #wantedBytes = 0

  /**
   * `take` gets each frame without its prefix. It is only valid during the call, unless `shared`, where there is one, is
   * held meanwhile. `begins` hears how long one is that does not lie whole in what arrived; where it says no, nothing is
   * set aside for what is missing, which is not expected soon.
   */
  constructor(
    maxBytes: number,
    take: (frame: Buffer, shared: Shared | null) => void,
    begins: (sizeBytes: number) => boolean = () => true,
  ) {
    this.maxBytes = maxBytes
    this.#take = take
    this.#begins = begins
  }

  /** Bytes held for a frame that is not complete. */
  get heldBytes(): number {
    return this.#frame?.length ?? 0
  }

  /** Where what comes next of a long frame belongs, so that it may be put there and pushed from there; null for others. */
  room(): Buffer | null {
    if (!this.#frame) return null
    const room = this.#frame.subarray(this.#frameBytes, this.#wantedBytes)
    return room.length < roomBytesMin ? null : room
  }

  /** Throws Malformed; nothing may be pushed after that. */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#frame) at = this.#fill(chunk, at)
      else if (this.#prefixBytes === 0 && chunk.length - at >= 4) at = this.#start(chunk, at + 4, chunk.readInt32BE(at))
      else at = this.#fillPrefix(chunk, at)
    }
  }

  #fillPrefix(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#prefix, this.#prefixBytes, at)
    this.#prefixBytes += copied
    if (this.#prefixBytes < 4) return at + copied
    this.#prefixBytes = 0
    return this.#start(chunk, at + copied, this.#prefix.readInt32BE(0))
  }

  #start(chunk: Buffer, at: number, sizeBytes: number): number {
    if (sizeBytes < 0 || sizeBytes > this.maxBytes) {
      const says = `a frame of ${sizeBytes} bytes was announced; 0 to ${this.maxBytes} are allowed`
      throw new Malformed(says + otherProtocol(sizeBytes))
    }
    if (chunk.length - at >= sizeBytes) {
      this.#take(chunk.subarray(at, at + sizeBytes), null)
      return at + sizeBytes
    }
    this.#wantedBytes = sizeBytes
    this.#frameBytes = 0
    const firstBytes = this.#begins(sizeBytes) ? firstPieceBytes : chunk.length - at
    this.#frame = bufferPool.take(Math.min(sizeBytes, firstBytes))
    return this.#fill(chunk, at)
  }

  #fill(chunk: Buffer, at: number): number {
    let frame = this.#frame!
    const available = Math.min(chunk.length - at, this.#wantedBytes - this.#frameBytes)
    if (this.#frameBytes + available > frame.length) {
      const grown = bufferPool.take(
        Math.min(this.#wantedBytes, Math.max(frame.length * 2, this.#frameBytes + available)),
      )
      frame.copy(grown, 0, 0, this.#frameBytes)
      bufferPool.give(frame)
      this.#frame = frame = grown
    }
    const isInPlace = chunk.buffer === frame.buffer && chunk.byteOffset + at === frame.byteOffset + this.#frameBytes
    if (!isInPlace) chunk.copy(frame, this.#frameBytes, at, at + available)
    this.#frameBytes += available
    if (this.#frameBytes === this.#wantedBytes) {
      this.#frame = null
      const shared = new Shared(frame)
      this.#take(frame.subarray(0, this.#wantedBytes), shared)
      shared.release()
    }
    return at + available
  }
}

/** What `write` writes, behind its length: ready to be sent. */
export function framed(write: (writer: Writer) => void): Slices {
  const writer = new Writer()
  writer.room(prefixBytes)
  const { view, at } = writer
  writer.int32(0)
  write(writer)
  view.setInt32(at, writer.sizeBytes - prefixBytes)
  return writer.finish()
}
