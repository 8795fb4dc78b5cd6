/** The last requests of each API, decoded, and how they were answered. */
import type { Call } from '../../call/call'
import { isPromise, type Stage } from '../../call/stage'
import type { Clock } from '../../platform/clock'
import { errorNameOf } from '../../protocol/errors'
import type { ClusterEvents } from '../contract/cluster-events'
import type { RequestFilter } from '../contract/commands'
import type { LoggedRequest, OpenRequest } from '../contract/logged-request'

/** By API, so that heartbeats and fetches do not push out what is rare. */
const keptMax = 50
/** Longer lists and deeper messages are cut: this is for a person, or for an assertion about a small request. */
const itemsMax = 100

interface Entry {
  readonly order: number
  readonly logged: OpenRequest
}

export class RequestLog {
  readonly #clock: Clock
  readonly #events: ClusterEvents
  readonly #byApi = new Map<string, Entry[]>()
  #order = 0
  #current: OpenRequest | null = null

  constructor(clock: Clock, events: ClusterEvents) {
    this.#clock = clock
    this.#events = events
  }

  readonly stage: Stage = (handler, next) => {
    const api = handler.api.name
    return (call, request) => {
      const logged = this.#note(api, call, request)
      this.#current = logged
      const reply = next(call, request)
      if (!isPromise(reply)) {
        this.#answered(logged, reply)
        return reply
      }
      return reply.then(body => {
        this.#answered(logged, body)
        return body
      })
    }
  }

  /** The request that is handed on at this moment, for stages further in that have something to add. */
  get current(): OpenRequest | null {
    return this.#current
  }

  /** In the order in which they came. */
  list({ api, clientId }: RequestFilter): readonly LoggedRequest[] {
    return [...this.#byApi]
      .filter(([name]) => api === null || name === api)
      .flatMap(([, entries]) => entries)
      .sort((a, b) => a.order - b.order)
      .map(({ logged }) => logged)
      .filter(logged => clientId === null || logged.clientId === clientId)
  }

  #answered(logged: OpenRequest, reply: unknown): void {
    answered(logged, reply)
    this.#events.tell('request', logged)
    const { api, clientId, errors } = logged
    if (errors.length > 0) this.#events.tell('error', { api, clientId, errors })
  }

  #note(api: string, { version, clientId }: Call, request: unknown): OpenRequest {
    const logged = {
      api,
      version,
      clientId,
      atMs: this.#clock.now(),
      request: summary(request) as LoggedRequest['request'],
      isAnswered: false,
      errors: [],
      faults: [],
      why: null,
    }
    let entries = this.#byApi.get(api)
    if (!entries) this.#byApi.set(api, (entries = []))
    entries.push({ order: ++this.#order, logged })
    if (entries.length > keptMax) entries.shift()
    return logged
  }
}

function answered(logged: OpenRequest, reply: unknown): void {
  // Who wants no answer gets none, nor does who was cut off.
  logged.isAnswered = reply !== null
  logged.errors = [...errorsIn(reply, new Set<string>())]
}

/** Plain data without the bytes: those of records are told by their number. */
function summary(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (ArrayBuffer.isView(part)) return { bytes: part.byteLength }
  if (Array.isArray(part)) return part.slice(0, itemsMax).map(summary)
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, summary(value)]))
}

function errorsIn(part: unknown, found: Set<string>): Set<string> {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return found
  for (const [name, value] of Object.entries(part)) {
    if (name === 'errorCode' && typeof value === 'number') {
      if (value !== 0) found.add(errorNameOf(value) ?? String(value))
    } else errorsIn(value, found)
  }
  return found
}
