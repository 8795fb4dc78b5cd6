/**
 * Incremental fetch (KIP-227): a client names its partitions once, and later fetches name only what changed; replies
 * carry only what is new. A session is soft state: losing one costs its client a full fetch.
 */
import type { Clock } from '../../platform/clock'
import type { Random } from '../../platform/random'
import type { ErrorName } from '../../protocol/errors'
import type { Wanted } from './wanted'

export const noSession = 0
const finalEpoch = -1
const initialEpoch = 0
const epochMax = 0x7fffffff
/** A session that was used this recently is not evicted to make room (Kafka's MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS). */
const evictionMs = 120_000

/** A partition of a session, with what its client was last told. */
interface SessionPartition {
  wanted: Wanted
  highWatermark: number
  logStartOffset: number
}

interface Session {
  readonly id: number
  readonly byId: boolean
  readonly partitions: Map<string, SessionPartition>
  epoch: number
  usedMs: number
  createdMs: number
}

/** What a reply holds of one partition, as far as sessions care. */
export interface Told {
  readonly errorCode: number
  readonly highWatermark: number
  readonly logStartOffset: number
  readonly recordBytes: number
  readonly diverges: boolean
}

/** One fetch of a client, full or incremental. */
export interface FetchContext {
  readonly wanted: readonly Wanted[]
  /** The session the reply names; 0 for none. Called once, when the reply is known. */
  sessionId(): number
  /** The session that there was before this request; 0 when there was none. For a reply that tells nothing. */
  readonly known: number
  /** Whether the reply must carry this partition. Called once for each, in order. */
  tells(wanted: Wanted, told: Told): boolean
}

export type Opened = FetchContext | { readonly refused: ErrorName }

interface FetchRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly byId: boolean
  readonly wanted: readonly Wanted[]
  readonly forgotten: readonly string[]
  /** The name of the topic of an id; null when there is none. */
  nameOf(topicId: string): string | null
}

export class FetchSessions {
  readonly #clock: Clock
  readonly #random: Random
  readonly #slots: () => number
  /** Least recently used first. */
  readonly #sessions = new Map<number, Session>()

  constructor(clock: Clock, random: Random, slots: () => number) {
    this.#clock = clock
    this.#random = random
    this.#slots = slots
  }

  get size(): number {
    return this.#sessions.size
  }

  /** The partitions that a session goes on with; none when there is no such session. */
  partitionsOf(sessionId: number): readonly Wanted[] {
    return [...(this.#sessions.get(sessionId)?.partitions.values() ?? [])].map(({ wanted }) => wanted)
  }

  open(request: FetchRequest): Opened {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === finalEpoch || sessionEpoch === initialEpoch) {
      this.#sessions.delete(sessionId)
      return sessionEpoch === finalEpoch ? sessionless(request.wanted) : this.#full(request)
    }
    const session = this.#sessions.get(sessionId)
    if (!session) return { refused: 'FETCH_SESSION_ID_NOT_FOUND' }
    if (session.epoch !== sessionEpoch) return { refused: 'INVALID_FETCH_SESSION_EPOCH' }
    if (session.byId !== request.byId) return { refused: 'FETCH_SESSION_TOPIC_ID_ERROR' }
    return this.#incremental(session, request)
  }

  #full(request: FetchRequest): FetchContext {
    const told: SessionPartition[] = []
    return {
      wanted: request.wanted,
      tells(wanted, { highWatermark, logStartOffset }) {
        told.push({ wanted, highWatermark, logStartOffset })
        return true
      },
      sessionId: () => this.#create(request.byId, told),
      known: noSession,
    }
  }

  #incremental(session: Session, { wanted, forgotten, nameOf }: FetchRequest): FetchContext {
    for (const one of wanted) {
      const known = session.partitions.get(one.key)
      // The name that an id once had stays, whatever becomes of the topic.
      if (known) known.wanted = { ...one, topic: known.wanted.topic || one.topic }
      else session.partitions.set(one.key, { wanted: one, highWatermark: -1, logStartOffset: -1 })
    }
    for (const key of forgotten) session.partitions.delete(key)
    if (session.partitions.size === 0) {
      this.#sessions.delete(session.id)
      return sessionless(wanted)
    }
    for (const partition of session.byId ? session.partitions.values() : []) {
      const { topic, topicId } = partition.wanted
      if (topic === '') partition.wanted = { ...partition.wanted, topic: nameOf(topicId) ?? '' }
    }
    session.epoch = session.epoch === epochMax ? 1 : session.epoch + 1
    this.#touch(session)
    return {
      wanted: [...session.partitions.values()].map(partition => partition.wanted),
      tells: (one, told) => tellsChange(session, one, told),
      sessionId: () => session.id,
      known: session.id,
    }
  }

  #create(byId: boolean, partitions: readonly SessionPartition[]): number {
    if (!this.#makeRoom()) return noSession
    const nowMs = this.#clock.monotonic()
    let id: number
    do id = 1 + Math.floor(this.#random.next() * (epochMax - 1))
    while (this.#sessions.has(id))
    const byKey = new Map(partitions.map(partition => [partition.wanted.key, partition]))
    this.#sessions.set(id, { id, byId, partitions: byKey, epoch: 1, usedMs: nowMs, createdMs: nowMs })
    return id
  }

  #makeRoom(): boolean {
    if (this.#sessions.size < this.#slots()) return true
    const [oldest] = this.#sessions.values()
    if (!oldest || this.#clock.monotonic() - oldest.usedMs < evictionMs) return false
    this.#sessions.delete(oldest.id)
    return true
  }

  #touch(session: Session): void {
    session.usedMs = this.#clock.monotonic()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
  }
}

function sessionless(wanted: readonly Wanted[]): FetchContext {
  return { wanted, tells: () => true, sessionId: () => noSession, known: noSession }
}

function tellsChange(session: Session, { key }: Wanted, told: Told): boolean {
  const known = session.partitions.get(key)
  if (!known) return true
  const changed =
    told.recordBytes > 0 ||
    told.errorCode !== 0 ||
    told.diverges ||
    known.highWatermark !== told.highWatermark ||
    known.logStartOffset !== told.logStartOffset
  // After an error the client must hear of the partition again, whatever it was told before.
  known.highWatermark = told.errorCode === 0 ? told.highWatermark : -1
  known.logStartOffset = told.errorCode === 0 ? told.logStartOffset : -1
  if (told.recordBytes > 0) {
    // Partitions that had records go to the end, so that the others come first within the next reply's bytes.
    session.partitions.delete(key)
    session.partitions.set(key, known)
  }
  return changed
}
