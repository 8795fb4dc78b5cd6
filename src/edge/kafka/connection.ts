/**
 * One Kafka connection: frames in, calls, replies out in order. One call runs at a time until it is accepted, as in
 * Kafka; reading stops while there is no room for more, so a client that does not read makes nothing grow.
 */
import type { Call, CallConnection } from '../../call/call'
import { isPromise, refuseAll } from '../../call/stage'
import type { Body } from '../../call/handler'
import type { Routes } from '../../broker/pipeline'
import type { Cancel, Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import type { Connection, ConnectionEvents } from '../../platform/network'
import { readRequestHeader, type RequestHeader } from '../../protocol/header'
import { type ErrorName, errors } from '../../protocol/errors'
import { Frames } from '../../protocol/frame'
import { Malformed } from '../../protocol/wire/faults'
import { Reader } from '../../protocol/wire/reader'
import type { Slices } from '../../protocol/wire/slices'
import type { Complaints } from './complaints'
import { decodeRequest, encodeReply, twice, unsupportedApiVersions, decodeCopy } from './message'
import { Meter } from './meter'
import { type Arrived, Kept } from './kept'
import { Replies } from './replies'
import { Intake, type RequestMemory } from './request-memory'
import { SaslGate, type SaslOptions, type Taken } from './sasl-gate'
import { Throttled } from './throttled'

export interface EdgeOptions {
  readonly routes: Routes
  readonly clock: Clock
  readonly timers: Timers
  /** Time as it passes for clients, by which they say nothing for too long: a test may move ours, and not theirs. */
  readonly clientTime: { readonly clock: Clock; readonly timers: Timers }
  readonly logger: Logger
  readonly complaints: Complaints
  readonly listener: string
  readonly maxFrameBytes: number
  /** For long requests by this listener and by others. */
  readonly memory: RequestMemory
  /** Null where nobody is asked who he is. */
  readonly sasl: SaslOptions | null
}

/** Bytes that a peer may leave unread before its next requests wait. */
const maxUnsentBytes = 1024 * 1024
/** Calls accepted and not answered, as produce requests that wait for the disk. */
const maxWaitingReplies = 1_000

type OfRequest = Pick<Call, 'accepted' | 'throttle' | 'repeat' | 'whenSent'>
/** Of a request that nobody serves. */
const unheard: OfRequest = { accepted() {}, throttle() {}, repeat() {}, whenSent() {} }

let lastId = 0

export class KafkaConnection implements ConnectionEvents, CallConnection {
  readonly id = ++lastId
  readonly connectedMs: number
  clientSoftwareName = 'unknown'
  clientSoftwareVersion = 'unknown'
  lastUsedMs: number
  readonly #connection: Connection
  readonly #options: EdgeOptions
  readonly #frames: Frames
  readonly #intake: Intake
  readonly #replies: Replies
  readonly #whenClosed = new Set<() => void>()
  readonly #whenEnding = new Set<() => void>()
  readonly #onEnd: (connection: KafkaConnection) => void
  /** Frames that came while a call ran; copies, since what comes is only lent. */
  readonly #queue: Arrived[] = []
  readonly #kept = new Kept(() => this.#next())
  readonly #gate: SaslGate | null
  #isBusy = false
  #isClosed = false
  #isPaused = false
  #isDraining = false
  readonly #throttled: Throttled

  constructor(connection: Connection, options: EdgeOptions, onEnd: (connection: KafkaConnection) => void) {
    this.#connection = connection
    this.#options = options
    this.#onEnd = onEnd
    this.connectedMs = this.lastUsedMs = options.clientTime.clock.monotonic()
    this.#gate = options.sasl && new SaslGate(options.sasl)
    this.#throttled = new Throttled(options.clock, options.timers, () => this.#next())
    this.#intake = new Intake(options.memory, options.clientTime.clock, () => this.#admitted())
    this.#frames = new Frames(
      options.sasl?.maxReceiveBytes() ?? options.maxFrameBytes,
      (frame, shared) => this.#arrived({ frame, shared, isLent: true, share: this.#intake.arrived() }),
      sizeBytes => this.#intake.begins(sizeBytes),
    )
    this.#replies = new Replies((buffers, gone) => this.#send(buffers, gone))
  }

  get localHost(): string {
    return this.#connection.local.host
  }
  get localPort(): number {
    return this.#connection.local.port
  }
  get remoteHost(): string {
    return this.#connection.remote.host
  }
  get remotePort(): number {
    return this.#connection.remote.port
  }
  get isClosed(): boolean {
    return this.#isClosed
  }
  /** Whether no request is under way and every reply has left. */
  get isIdle(): boolean {
    return this.#replies.isDone && this.#queue.length === 0 && this.#connection.queuedBytes() === 0
  }
  /** Whether it may be closed for saying nothing, or too little of what others wait for. */
  isIdleFor(maxIdleMs: number): boolean {
    if (this.#intake.holdsUp(maxIdleMs)) return true
    const idleMs = this.#options.clientTime.clock.monotonic() - this.lastUsedMs
    return maxIdleMs >= 0 && this.isIdle && !this.#intake.isWaiting && idleMs > maxIdleMs
  }

  data(chunk: Buffer): void {
    if (this.#isClosed) return
    this.lastUsedMs = this.#options.clientTime.clock.monotonic()
    this.#replies.together(() => {
      try {
        this.#frames.push(chunk)
      } catch (error) {
        this.close(error instanceof Error ? error.message : String(error))
      }
    })
    if (this.#intake.isWaiting && !this.#isDraining) this.#pause()
  }

  room(): Buffer | null {
    return this.#isClosed ? null : this.#frames.room()
  }

  drain(): void {
    this.#next()
  }

  closed(error: Error | null): void {
    if (error) this.#options.logger.debug('connection-broken', { client: this.remoteHost, error: error.message })
    this.#ended()
  }

  onClosed(run: () => void): Cancel {
    if (this.#isClosed) return this.#options.timers.after(0, run)
    this.#whenClosed.add(run)
    return () => void this.#whenClosed.delete(run)
  }

  onEnding(run: () => void): Cancel {
    if (this.#isClosed || this.#isDraining) return this.#options.timers.after(0, run)
    this.#whenEnding.add(run)
    return () => void this.#whenEnding.delete(run)
  }

  close(why: string): void {
    if (this.#isClosed) return
    this.#options.complaints.about(this.#connection.remote, 'connection-closed', why)
    this.#connection.destroy()
    this.#ended()
  }

  /** Takes no new requests, answers those under way, then closes. */
  drainAndEnd(): void {
    this.#isDraining = true
    runAll(this.#whenEnding)
    if (this.isIdle) this.#finish()
  }

  /** Reads on, though what comes is not looked at: only who reads sees that the other side has closed as well. */
  #finish(): void {
    this.#connection.end()
    this.#connection.resume()
  }

  destroy(): void {
    this.#connection.destroy()
    this.#ended()
  }

  #ended(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.length = 0
    this.#throttled.cancel()
    this.#intake.end()
    this.#replies.end()
    runAll(this.#whenEnding)
    runAll(this.#whenClosed)
    this.#onEnd(this)
  }

  #arrived(arrived: Arrived): void {
    if (this.#isClosed || this.#isDraining) return this.#intake.done(arrived.share)
    if (this.#hasRoom()) this.#begin(arrived)
    else this.#queue.push({ ...arrived, frame: Buffer.from(arrived.frame), shared: null, isLent: false })
    if (this.#queue.length > 0 || this.#kept.isFull) this.#pause()
  }

  #hasRoom(): boolean {
    return this.#queue.length === 0 && this.#mayBegin()
  }

  /** No call keeps the connection busy, and its peer takes what it is sent. */
  #mayBegin(): boolean {
    return (
      !this.#isBusy &&
      !this.#throttled.isOn &&
      !this.#kept.isFull &&
      this.#replies.waiting < maxWaitingReplies &&
      this.#replies.heldBytes + this.#connection.queuedBytes() < maxUnsentBytes
    )
  }

  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#connection.pause()
  }

  /** There is room for the request that waits. Its client has not been idle meanwhile: it was not listened to. */
  #admitted(): void {
    this.lastUsedMs = this.#options.clientTime.clock.monotonic()
    this.#next()
  }

  /** Goes on with what waited, in order, until a call keeps the connection busy again. */
  #next(): void {
    if (this.#isClosed) return
    while (this.#queue.length > 0) {
      if (!this.#mayBegin()) return
      this.#begin(this.#queue.shift()!)
      if (this.#isClosed) return
    }
    if (this.#isDraining) {
      if (this.isIdle) this.#finish()
    } else if (this.#isPaused && this.#hasRoom() && !this.#intake.isWaiting) {
      this.#isPaused = false
      this.#connection.resume()
    }
  }

  #begin(arrived: Arrived): void {
    try {
      this.#call(arrived)
    } catch (error) {
      if (!(error instanceof Malformed)) {
        this.#options.logger.error('connection-failed', {
          error: error instanceof Error ? (error.stack ?? '') : String(error),
        })
      }
      this.close(error instanceof Error ? error.message : String(error))
    }
    if (!this.#isBusy) this.#intake.done(arrived.share)
  }

  #call(arrived: Arrived): void {
    const { frame, isLent } = arrived
    const taken = this.#gate?.take(frame, this.#options.clock.monotonic()) ?? null
    if (taken !== null) return this.#taken(taken, frame)
    const reader = new Reader(frame)
    const header = readRequestHeader(reader)
    const route = this.#options.routes.get(header.apiKey)
    if (!route) throw new Malformed(`API key ${header.apiKey} is not served`)
    const place = this.#replies.place()
    if (header.apiVersion < route.minVersion || header.apiVersion > route.maxVersion)
      return place.fill(unsupportedApiVersions(route, header))
    const meter = new Meter(route, this.#options.clock)
    const request = isLent && !route.borrows ? decodeCopy(route, frame) : decodeRequest(route, header, reader)
    let [isAccepted, isInside] = [false, true]
    const accepted = () => {
      if (isAccepted) return
      isAccepted = true
      this.#isBusy = false
      this.#intake.done(arrived.share)
      if (!isInside) this.#next()
    }
    this.#isBusy = true
    let whenSent: (() => void) | undefined
    let throttleTimeMs = 0
    let isRepeated = false
    const throttle = (ms: number) => {
      throttleTimeMs = Math.max(throttleTimeMs, ms)
      this.#throttle(ms)
    }
    const call = this.#callOf(header, arrived, {
      accepted,
      throttle,
      repeat: () => (isRepeated = true),
      whenSent: run => (whenSent = run),
    })
    const answer = (body: Body | null) => {
      meter.resume()
      const told = body !== null && throttleTimeMs > 0 ? { ...body, throttleTimeMs } : body
      const reply = told === null ? null : encodeReply(route, header, told)
      place.fill(reply && isRepeated ? twice(reply) : reply, whenSent)
      meter.stop(call)
    }
    meter.stop(call)
    const reply = route.serve(call, request)
    if (!isPromise(reply)) {
      accepted()
      return answer(reply)
    }
    isInside = false
    void reply.then(
      body => {
        if (this.#isClosed) return whenSent?.()
        this.#throttle(throttleTimeMs)
        this.#answerLater(() => answer(body))
        accepted()
        this.#next()
      },
      (error: unknown) => this.close(error instanceof Error ? error.message : String(error)),
    )
  }

  /** Sends what the gate answers. Who failed there waits for it, so that guessing takes its time, and is sent away. */
  #taken({ reply, failure, refusal }: Taken, frame: Buffer): void {
    const place = this.#replies.place()
    if (failure === null) {
      if (this.#gate?.isOpen) this.#frames.maxBytes = this.#options.maxFrameBytes
      place.fill(reply)
      return
    }
    this.#isBusy = true
    this.#options.complaints.about(this.#connection.remote, 'authentication-failed', failure)
    const told = refusal === undefined ? reply : this.#refused(frame, refusal)
    this.#options.timers.after(this.#options.sasl?.failureDelayMs() ?? 0, () => {
      if (this.#isClosed) return
      place.fill(told)
      this.drainAndEnd()
    })
  }

  /** In the request's own shape; null for what is not served. Throws Malformed. */
  #refused(frame: Buffer, name: ErrorName): Slices | null {
    const header = readRequestHeader(new Reader(frame))
    const route = this.#options.routes.get(header.apiKey)
    if (!route || header.apiVersion < route.minVersion || header.apiVersion > route.maxVersion) return null
    const call = this.#callOf(header, { frame, shared: null, isLent: true, share: null }, unheard)
    const { handler } = route
    const kind = handler.api.name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
    const message = `Unexpected Kafka request of type ${kind} during SASL authentication.`
    return encodeReply(route, header, refuseAll(handler, call, decodeCopy(route, frame), errors[name].code, message))
  }

  /** Begins anew when a client is told, where that is later. */
  #throttle(ms: number): void {
    if (!this.#isClosed) this.#throttled.begin(ms)
  }

  #answerLater(answer: () => void): void {
    try {
      answer()
    } catch (error) {
      this.#options.logger.error('reply-failed', {
        error: error instanceof Error ? (error.stack ?? '') : String(error),
      })
      this.close('a reply could not be written')
    }
  }

  #callOf(header: RequestHeader, arrived: Arrived, ofRequest: OfRequest): Call {
    return {
      requestBytes: arrived.frame.length,
      keep: this.#kept.keeps(arrived),
      principal: this.#gate?.principal ?? 'User:ANONYMOUS',
      isAuthenticated: this.#gate !== null,
      isByToken: this.#gate?.isByToken ?? false,
      namespace: '',
      listener: this.#options.listener,
      clientId: header.clientId,
      clientHost: `/${this.remoteHost}`,
      version: header.apiVersion,
      apiKey: header.apiKey,
      connection: this,
      accepted: ofRequest.accepted,
      throttle: ofRequest.throttle,
      repeat: ofRequest.repeat,
      whenSent: ofRequest.whenSent,
    }
  }

  #send(buffers: readonly Uint8Array[], gone: (() => void) | undefined): void {
    if (this.#isClosed) return gone?.()
    this.#connection.write(buffers, gone)
    if (this.#isDraining && this.isIdle) this.#finish()
  }
}

function runAll(wishes: Set<() => void>): void {
  const all = [...wishes]
  wishes.clear()
  for (const run of all) run()
}
