/** One end of a simulated connection: what its owner wrote and the network has not taken, and what arrived. */
import { assert } from '../assert'
import type { Address, Connection, ConnectionEvents } from '../network'
import { errno } from './files'
import type { Life } from './life'
import type { Dice } from './dice'
import type { World } from './world'

/** Knobs; may be turned at any time, and hold for what is sent from then on. */
export interface NetworkFaults {
  /** How long bytes take from one machine to another, from and to. */
  delayMs: readonly [number, number]
  /** Bytes that the systems at both ends hold together for one direction of a connection before a writer must wait. */
  windowBytes: number
  /** The longest piece that arrives at once; pieces are cut anywhere. */
  pieceBytes: number
  /** How long a connection is tried to a machine that does not answer. */
  connectTimeoutMs: number
}

/** What lies between the two ends. */
interface Net {
  readonly world: World
  readonly dice: Dice
  readonly faults: NetworkFaults
  reaches(from: string, to: string): boolean
  hasPower(host: string): boolean
}

/** What travels: bytes, the word that no more will come, or the word that there is nobody to send to. */
type Parcel = Buffer | 'end' | 'reset'

/** What is left in a buffer after its owner has seen it: a reader who kept a slice without copying finds this. */
const poison = 0xdb

export class Pipe implements Connection {
  readonly remote: Address
  readonly local: Address
  readonly #net: Net
  readonly #life: Life
  #peer!: Pipe
  #forget!: () => void
  #events: ConnectionEvents | null = null

  /** Written, not yet taken by the network; the writer may not touch these until `drain`. */
  readonly #outbox: Uint8Array[] = []
  #outboxBytes = 0
  /** Bytes ever written, and how many must have left before each of these is told that its buffers are free. */
  #writtenBytes = 0
  readonly #whenGone: { readonly afterBytes: number; readonly run: () => void }[] = []
  /** Taken by the network, not yet read by the peer. */
  #underwayBytes = 0
  #arrivesAtMs = 0
  #wantsDrain = false
  #ending = false
  #endSent = false

  /** Sent to us and held up by the network, or arrived and not yet read. */
  readonly #heldUp: Parcel[] = []
  readonly #inbox: Parcel[] = []
  #paused = false
  #reading = false
  #finishing = false
  #over = false
  #closedBy: Error | null = null

  constructor(net: Net, life: Life, local: Address, remote: Address) {
    this.#net = net
    this.#life = life
    this.local = local
    this.remote = remote
    life.atEnd(() => this.#vanish())
  }

  get over(): boolean {
    return this.#over
  }

  join(peer: Pipe, forget: () => void): void {
    this.#peer = peer
    this.#forget = forget
  }

  attach(events: ConnectionEvents): void {
    this.#events = events
    if (this.#over) this.#tellClosed()
    else this.#readLater()
  }

  write(buffers: readonly Uint8Array[], gone?: () => void): boolean {
    this.#life.check()
    if (this.#over || this.#ending) return false
    for (const buffer of buffers) {
      if (buffer.length === 0) continue
      this.#outbox.push(buffer)
      this.#outboxBytes += buffer.length
      this.#writtenBytes += buffer.length
    }
    if (gone) this.#whenGone.push({ afterBytes: this.#writtenBytes, run: gone })
    this.#send()
    if (this.#outboxBytes > 0) this.#wantsDrain = true
    return this.#outboxBytes === 0
  }

  queuedBytes(): number {
    return this.#outboxBytes
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#readLater()
  }

  end(): void {
    if (this.#over || this.#ending) return
    this.#ending = true
    this.#send()
  }

  destroy(): void {
    if (this.#over) return
    this.#close(null)
    // Linux answers unread bytes with a reset, and otherwise says goodbye.
    const { dice, faults } = this.#net
    const rude = this.#inbox.length > 0 || dice.chance(0.3)
    const peer = this.#peer
    this.#net.world.schedule(dice.within(faults.delayMs), () => peer.arrive(rude ? 'reset' : 'end'))
  }

  /** The connection breaks at this end. */
  reset(): void {
    this.#close(errno('ECONNRESET', 'read', `${this.remote.host}:${this.remote.port}`))
  }

  /** A link was mended: what it held up comes now. */
  carryOn(): void {
    if (this.#heldUp.length === 0 || !this.#net.reaches(this.remote.host, this.local.host)) return
    for (const parcel of this.#heldUp.splice(0)) this.#take(parcel)
  }

  arrive(parcel: Parcel): void {
    if (this.#over) {
      this.#answerFromBeyond(parcel)
      return
    }
    if (this.#heldUp.length > 0 || !this.#net.reaches(this.remote.host, this.local.host)) this.#heldUp.push(parcel)
    else this.#take(parcel)
  }

  /** Bytes for a connection that is no more are answered with a reset, if there is a system that can answer. */
  #answerFromBeyond(parcel: Parcel): void {
    const peer = this.#peer
    if (typeof parcel === 'string' || peer.over || !this.#net.hasPower(this.local.host)) return
    this.#net.world.schedule(this.#net.dice.within(this.#net.faults.delayMs), () => peer.arrive('reset'))
  }

  #take(parcel: Parcel): void {
    if (parcel === 'reset') {
      this.reset()
      return
    }
    this.#inbox.push(parcel)
    this.#readLater()
  }

  /** Hands to the network what fits into the window, in pieces of any length. */
  #send(): void {
    const { world, faults, dice } = this.#net
    const travel = (parcel: Parcel): void => {
      this.#arrivesAtMs = Math.max(this.#arrivesAtMs, world.nowMs + dice.within(faults.delayMs))
      const peer = this.#peer
      world.schedule(this.#arrivesAtMs - world.nowMs, () => peer.arrive(parcel))
    }
    while (this.#outboxBytes > 0 && this.#underwayBytes < faults.windowBytes) {
      const most = Math.min(this.#outboxBytes, faults.windowBytes - this.#underwayBytes, faults.pieceBytes)
      const piece = this.#cutPiece(dice.chance(0.5) ? most : dice.between(1, most))
      this.#underwayBytes += piece.length
      travel(piece)
    }
    if (this.#ending && this.#outboxBytes === 0 && !this.#endSent) {
      this.#endSent = true
      travel('end')
    }
  }

  /** Copies now: a system call copies as well, and not a moment earlier. */
  #cutPiece(sizeBytes: number): Buffer {
    const piece = Buffer.allocUnsafe(sizeBytes)
    let filled = 0
    while (filled < sizeBytes) {
      const first = this.#outbox[0]!
      const count = Math.min(first.length, sizeBytes - filled)
      piece.set(first.subarray(0, count), filled)
      filled += count
      if (count === first.length) this.#outbox.shift()
      else this.#outbox[0] = first.subarray(count)
    }
    this.#outboxBytes -= sizeBytes
    while (this.#whenGone[0] && this.#whenGone[0].afterBytes <= this.#writtenBytes - this.#outboxBytes)
      this.#whenGone.shift()!.run()
    return piece
  }

  /** The peer has read so much: there is room again. */
  #acknowledged(sizeBytes: number): void {
    if (this.#over) return
    this.#underwayBytes -= sizeBytes
    assert(this.#underwayBytes >= 0, 'no more is read than was sent')
    this.#send()
    if (this.#finishing && this.#endSent) {
      this.#close(null)
      return
    }
    if (this.#outboxBytes === 0 && this.#wantsDrain) {
      this.#wantsDrain = false
      this.#life.timers.after(0, () => this.#over || this.#events?.drain?.())
    }
  }

  #readLater(): void {
    if (this.#reading || this.#inbox.length === 0) return
    this.#reading = true
    // Reading a little later lets pieces meet, as they do when a process is busy.
    const delayMs = this.#net.dice.chance(0.3) ? this.#net.dice.within(this.#net.faults.delayMs) : 0
    this.#life.timers.after(delayMs, () => {
      this.#reading = false
      this.#read()
    })
  }

  #read(): void {
    if (this.#over || this.#paused || this.#events === null) return
    const pieces: Buffer[] = []
    let sizeBytes = 0
    while (this.#inbox.length > 0 && this.#inbox[0] !== 'end' && sizeBytes < this.#net.faults.pieceBytes) {
      const piece = this.#inbox.shift() as Buffer
      pieces.push(piece)
      sizeBytes += piece.length
    }
    if (sizeBytes > 0) {
      const chunk = Buffer.concat(pieces)
      this.#events.data(chunk)
      chunk.fill(poison)
      const peer = this.#peer
      this.#net.world.schedule(0, () => peer.#acknowledged(sizeBytes))
    }
    if (this.#inbox[0] === 'end') this.#finish()
    else this.#readLater()
  }

  /** The peer will send no more. We say what we still have to say, and then it is over. */
  #finish(): void {
    if (this.#over) return
    this.#finishing = true
    this.end()
    if (this.#endSent) this.#close(null)
  }

  #close(error: Error | null): void {
    if (this.#over) return
    this.#over = true
    this.#outbox.length = 0
    this.#outboxBytes = 0
    this.#forget()
    this.#closedBy = error
    if (this.#events !== null) this.#tellClosed()
  }

  #tellClosed(): void {
    this.#life.timers.after(0, () => this.#events?.closed(this.#closedBy))
  }

  /** The process is gone. Its system may say so, at once or later; a machine without power says nothing at all. */
  #vanish(): void {
    if (this.#over) return
    this.#over = true
    this.#forget()
    if (this.#life.silent) return
    const peer = this.#peer
    this.#net.world.schedule(this.#net.dice.within(this.#net.faults.delayMs), () => peer.arrive('reset'))
  }
}
