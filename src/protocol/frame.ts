/** Frames: everything on a connection stands behind an int32 that counts its bytes. */
import { Malformed } from './wire/faults'
import type { Slices } from './wire/slices'
import { Writer } from './wire/writer'

const prefixBytes = 4
/** Pieces shorter than this are gathered while a frame is incomplete: kept one by one they would cost far more than they hold. */
const smallPieceBytes = 2048
const gatheredBytes = 16 * 1024

/**
 * Takes frames out of a byte stream. A frame that lies whole in what was received is a slice of it; one that spans
 * several pieces is joined once it is complete, so a peer that announces much and sends little holds little.
 */
export class Frames {
  private readonly maxFrameBytes: number
  private pieces: Buffer[] = []
  /** Where small pieces are gathered; what is gathered is the last of `pieces`, and ends at `gathered`. */
  private gathering: Buffer | null = null
  private gathered = 0
  private heldBytes = 0

  /** `maxFrameBytes` is Kafka's socket.request.max.bytes. */
  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes
  }

  /** Bytes received and not yet taken. */
  get pendingBytes(): number {
    return this.heldBytes
  }

  /** Adds what was received; the buffer belongs to the frames from then on. */
  push(received: Buffer): void {
    if (received.length === 0) return
    this.heldBytes += received.length
    if (this.pieces.length > 0 && received.length < smallPieceBytes) {
      this.gather(received)
      return
    }
    this.gathering = null
    this.pieces.push(received)
  }

  private gather(received: Buffer): void {
    const last = this.pieces.at(-1)
    if (this.gathering !== null && last !== undefined && received.length <= gatheredBytes - this.gathered) {
      received.copy(this.gathering, this.gathered)
      this.gathered += received.length
      const isGathered = last.buffer === this.gathering.buffer
      const from = isGathered ? last.byteOffset : this.gathered - received.length
      const piece = this.gathering.subarray(from, this.gathered)
      if (isGathered) this.pieces[this.pieces.length - 1] = piece
      else this.pieces.push(piece)
      return
    }
    this.gathering = Buffer.allocUnsafeSlow(gatheredBytes)
    received.copy(this.gathering)
    this.gathered = received.length
    this.pieces.push(this.gathering.subarray(0, this.gathered))
  }

  /**
   * The next frame without its prefix, or null until more is received. Throws Malformed for a size that is negative or
   * above the limit; nothing more can be taken from the stream then.
   */
  take(): Buffer | null {
    if (this.heldBytes < prefixBytes) return null
    const sizeBytes = this.announced()
    if (sizeBytes < 0 || sizeBytes > this.maxFrameBytes) {
      throw new Malformed(`a frame of ${sizeBytes} bytes where at most ${this.maxFrameBytes} are accepted`)
    }
    const wholeBytes = prefixBytes + sizeBytes
    if (this.heldBytes < wholeBytes) return null
    const first = this.joined(wholeBytes)
    if (first.length === wholeBytes) this.pieces.shift()
    else this.pieces[0] = first.subarray(wholeBytes)
    this.heldBytes -= wholeBytes
    return first.subarray(prefixBytes, wholeBytes)
  }

  private announced(): number {
    return this.joined(prefixBytes).readInt32BE(0)
  }

  /** The first piece, joined with those behind it until it holds `sizeBytes`, which are known to be there. */
  private joined(sizeBytes: number): Buffer {
    const first = this.pieces[0] as Buffer
    if (first.length >= sizeBytes) return first
    let count = 1
    for (let bytes = first.length; bytes < sizeBytes; count++) bytes += (this.pieces[count] as Buffer).length
    const joined = Buffer.concat(this.pieces.slice(0, count))
    this.pieces.splice(0, count, joined)
    return joined
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
