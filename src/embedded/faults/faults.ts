/** Faults that a test asks for: errors, delays, connections that drop. A stage around all handlers, inside of the watch. */
import type { Call } from '../../call/call'
import type { Body, Handler } from '../../call/handler'
import { isPromise, type Next, refuseAll, type Stage } from '../../call/stage'
import type { Timers } from '../../platform/clock'
import type { Api } from '../../protocol/schema'
import { errors, type ErrorName } from '../../protocol/errors'
import type { ClusterEvents } from '../contract/cluster-events'
import { BrokerError, type Fault, type FaultEffect, type Happening } from '../contract/commands'
import { checkReach } from './fault-reach'
import { type About, type Entries, namesText, splitRequest, withEntries, withOwnBytes } from './fault-parts'
import { nearest } from '../contract/kinds'
import type { OpenRequest } from '../contract/logged-request'
import { madeReply } from './made-reply'
import { entriesOf, type Place, placeOf, refusedInside, withoutLeaders, withoutOffsets } from './places'
import type { Decision } from '../contract/question'
import type { Questions } from './questions'

/** What faults know of the cluster around them, and do to it. */
export interface FaultWorld {
  readonly timers: Timers
  /** Those of the cluster, whose time a test may move. */
  readonly movedTimers: Timers
  readonly events: ClusterEvents
  readonly questions: Questions
  /** The id of the node that listens at a port; null when none does. */
  nodeAt(port: number): number | null
  /** By which newer versions of requests name a topic; null when there is no such topic. */
  topicId(topic: string): string | null
  /** The partitions that a fetch session goes on with. */
  fetchSession(id: number): readonly FetchedPartition[]
  happen(what: Happening, to: string | null): Promise<number>
  /** The reply to a call, with what the node that it came to says besides its errors. */
  hinted(api: string, call: Call, reply: Body): Body
  /** What the log has of the request that comes in at this moment. */
  logged(): OpenRequest | null
  /** Does something while there is no room on the disk. */
  whileDiskFull(work: () => Served): Promise<Body>
}

export interface FetchedPartition {
  readonly topic: string
  readonly topicId: string
  readonly index: number
}

interface Armed {
  readonly fault: Fault
  skip: number
  left: number
  hits: number
  /** What ends the waits of requests that it holds back. */
  readonly held: Set<() => void>
}

/** Where a request is, and what the log has of it. */
interface At {
  readonly handler: Handler<never>
  readonly next: Next
  readonly logged: OpenRequest | null
}

type Served = Body | Promise<Body>
type Asking = Fault & { readonly effect: FaultEffect & { does: 'ask' } }

/** APIs of two places whose entries stand one by one in requests. */
const hasEntries: ReadonlySet<string> = new Set(['Fetch', 'Metadata', 'OffsetDelete'])

/** Every request is held against every fault. */
const faultsMax = 1_000

export class Faults {
  readonly #world: FaultWorld
  readonly #armed = new Map<number, Armed>()
  /** Some of `#armed` are worn out, and only remember what they did. */
  #inForce = 0
  #last = 0

  constructor(world: FaultWorld) {
    this.#world = world
  }

  /** Gives the number by which it is lifted. Throws BrokerError for an error that nobody knows, and as `checkReach`. */
  add(fault: Fault, apis: ReadonlyMap<string, Api>): number {
    checkReach(fault, apis)
    const { effect } = fault
    if (effect.does === 'error' && !isError(effect.error)) {
      throw new BrokerError(unknownError(effect.error), 'INVALID_REQUEST')
    }
    if (this.#armed.size >= faultsMax) this.#forgetWornOut()
    if (this.#armed.size >= faultsMax) throw new BrokerError(`there are ${faultsMax} faults already`, null)
    const left = fault.times ?? Number.POSITIVE_INFINITY
    this.#armed.set(++this.#last, { fault, skip: fault.skip, left, hits: 0, held: new Set() })
    this.#inForce += 1
    return this.#last
  }

  /** Throws BrokerError for a number that was never given. */
  lift(id: number): void {
    this.#checkGiven(id)
    const armed = this.#armed.get(id)
    if (armed && armed.left > 0) this.#inForce -= 1
    if (armed) armed.left = 0
    this.#release(armed)
  }

  clear(): void {
    for (const armed of this.#armed.values()) this.#release(armed)
    this.#armed.clear()
    this.#inForce = 0
  }

  /** Who is held back waits no longer. */
  #release(armed: Armed | undefined): void {
    for (const go of armed?.held ?? []) go()
  }

  /** How many requests a fault has befallen; 0 when nothing is known of it any more. Throws as `lift`. */
  hits(id: number): number {
    this.#checkGiven(id)
    return this.#armed.get(id)?.hits ?? 0
  }

  readonly stage: Stage = (handler, next) => {
    return (call, request) => {
      if (this.#inForce === 0) return next(call, request)
      return this.#through({ handler, next, logged: this.#world.logged() }, call, request)
    }
  }

  /** Of the faults after that of a number: one befalls a request, and a function that has nothing to say leaves it to others. */
  #through(at: At, call: Call, request: Body, after = 0): Served {
    const { handler, next, logged } = at
    const id = this.#take(handler, call, request, after)
    if (id === null) return next(call, request)
    const { fault, held } = this.#armed.get(id)!
    const { effect } = fault
    this.#world.events.tell('fault', { api: handler.api.name, clientId: call.clientId, does: effect.does })
    logged?.faults.push(effect.does)
    switch (effect.does) {
      case 'delay':
        return this.#later(handler, call, request, next, () => this.#waits(effect.ms, call, held))
      case 'throttle':
        call.throttle(effect.ms)
        return next(call, request)
      case 'repeat':
        call.repeat()
        return next(call, request)
      case 'diskFull':
        return this.#world.whileDiskFull(() => next(call, request))
      case 'drop':
        return dropped(call, request, effect.after ? next : null)
      case 'error':
        return this.#refused(handler, fault, effect, call, request, next)
      case 'ask':
        return this.#asks(at, id, { ...fault, effect }, call, request)
      default:
        return this.#later(handler, call, request, next, () => this.#happens(effect.does, fault, request))
    }
  }

  #refused(
    handler: Handler<never>,
    fault: Fault,
    effect: FaultEffect & { does: 'error' },
    call: Call,
    request: Body,
    next: Next,
  ): Served {
    const refused = this.#plainlyRefused(handler, fault, effect, call, request, next)
    return andThen(refused, reply => (reply === null ? null : this.#world.hinted(handler.api.name, call, reply)))
  }

  #plainlyRefused(
    handler: Handler<never>,
    fault: Fault,
    { error, after }: FaultEffect & { does: 'error' },
    call: Call,
    request: Body,
    next: Next,
  ): Served {
    const { code } = errors[error as ErrorName]
    // Who wants no acknowledgement gets none, and hears of errors by the end of the connection, as in Kafka.
    if (handler.api.name === 'Produce' && request.acks === 0) return dropped(call, request, after ? next : null)
    const place = placeOf(handler.api.name, error as ErrorName)
    if (place === 'partitions' || (place === 'inside' && handler.api.name === 'OffsetFetch')) {
      return andThen(next(call, request), reply => this.#refusedInReply(handler, fault, code, reply))
    }
    const entries = entriesOf(handler, call, request)
    const about = entries ? this.#aboutEntries(handler, fault, place) : null
    if (!entries || !about) {
      const inside = place === 'inside' ? refusedInside(handler, call, request, code) : null
      const refuse = (): Body => inside ?? refuseAll(handler, call, request, code, null)
      return after ? andThen(next(call, request), refuse) : refuse()
    }
    if (handler.api.name === 'Fetch') return this.#refusedFetch(entries, about, code, call, request, next)
    const { taken, rest } = splitRequest(entries, request, about)
    // Who asks for all names none: what is meant is then found in the reply.
    const refused = (reply: Body): Body[] => {
      const meant = request[entries.request] ? taken : splitRequest(namedAs(entries), reply, about).taken
      return meant.map(entry => entries.refuse(entry, code))
    }
    return andThen(next(call, after ? request : rest), reply => {
      return reply === null ? null : withEntries(reply, entries, refused(reply))
    })
  }

  /** What is only asked is asked, and the answer then tells the error of what is meant. */
  #refusedInReply({ api }: Handler<never>, { topic, partition, group }: Fault, code: number, reply: Body): Body {
    if (reply === null) return null
    const about = { names: topic === null ? null : this.#namesOf(topic), partition }
    return api.name === 'OffsetFetch'
      ? withoutOffsets(reply, group === null ? null : [group], about, code)
      : withoutLeaders(reply, about, code)
  }

  /** A session knows partitions that its fetches do not name, and whoever hears of an error hears of it at once. */
  #refusedFetch(entries: Entries, about: About, code: number, call: Call, request: Body, next: Next): Served {
    const refused = this.#fetched(request)
      .filter(one => isMeant(one, about))
      .map(({ topic, topicId, index }) => entries.refuse({ topic, topicId, partitions: [{ partition: index }] }, code))
    return andThen(next(call, { ...request, maxWaitMs: 0 }), reply => {
      return reply === null || reply.errorCode !== 0 ? reply : withEntries(reply, entries, refused)
    })
  }

  async #later(
    handler: Handler<never>,
    call: Call,
    lent: Body,
    next: Next,
    first: () => Promise<unknown>,
  ): Promise<Body> {
    const own = owned(handler, call, lent)
    await first()
    return next(own.call, own.request)
  }

  async #asks(at: At, id: number, fault: Asking, lentTo: Call, lent: Body): Promise<Body> {
    const { handler, next, logged } = at
    const { call, request } = owned(handler, lentTo, lent)
    const { connection, version, clientId } = call
    const about = {
      api: handler.api.name,
      version,
      clientId,
      node: this.#world.nodeAt(connection.localPort) ?? -1,
      host: connection.remoteHost,
      port: connection.remotePort,
    }
    // Whatever the function does to what it is given, the request stays as it is.
    const question = { asks: fault.effect.asks, about, request: withOwnBytes(request) }
    const wrong = (decision: Decision): string | null => wrongWith(decision, handler, version)
    const { questions } = this.#world
    const decision = await questions.ask(question, fault.effect.timeoutMs, wrong, run => connection.onClosed(run))
    const isUnanswered = handler.api.name === 'Produce' && request.acks === 0
    switch (decision.does) {
      case 'serve':
        return this.#through(at, call, request, id)
      case 'reply':
        return isUnanswered ? null : madeReply(handler.api, version, decision.reply)
      case 'refuse': {
        const effect = { does: 'error', error: decision.error, after: false } as const
        return this.#refused(handler, { ...fault, effect }, effect, call, request, next)
      }
      case 'drop':
        return dropped(call, request, null)
      default:
        if (logged) logged.why = decision.why
        if (isUnanswered) return dropped(call, request, null)
        return refuseAll(handler, call, request, errors.UNKNOWN_SERVER_ERROR.code, decision.why)
    }
  }

  /** By the clock of everybody or, where that comes first, by one that a test has moved. */
  #waits(ms: number, call: Call, held: Set<() => void>): Promise<void> {
    return new Promise(resolve => {
      const { timers, movedTimers } = this.#world
      const go = (): void => {
        for (const cancel of cancels) cancel()
        held.delete(go)
        resolve()
      }
      const cancels = [timers.after(ms, go), movedTimers.after(ms, go), call.connection.onClosed(go)]
      held.add(go)
    })
  }

  #happens(what: Happening, { group, transactionalId }: Fault, request: Body): Promise<number> {
    const named: unknown = what === 'fence' ? (transactionalId ?? request.transactionalId) : (group ?? request.groupId)
    return this.#world.happen(what, typeof named === 'string' ? named : null)
  }

  /** The number of the first that concerns the request and whose turn has come, which counts it. */
  #take(handler: Handler<never>, call: Call, request: Body, after: number): number | null {
    for (const [id, armed] of this.#armed) {
      if (id <= after || armed.left <= 0 || !this.#concerns(armed.fault, handler, call, request)) continue
      if (armed.skip > 0) {
        armed.skip -= 1
        continue
      }
      armed.left -= 1
      armed.hits += 1
      if (armed.left <= 0) this.#inForce -= 1
      return id
    }
    return null
  }

  #concerns(fault: Fault, handler: Handler<never>, call: Call, request: Body): boolean {
    const { apis, topic, group, transactionalId, clientId, node } = fault
    const { name } = handler.api
    if (!apis.includes('*') && !apis.includes(name)) return false
    if (clientId !== null && clientId !== call.clientId) return false
    if (node !== null && node !== this.#world.nodeAt(call.connection.localPort)) return false
    if (group !== null && !namesText(request, group)) return false
    if (transactionalId !== null && !namesText(request, transactionalId)) return false
    if (topic === null) return true
    const about = { names: this.#namesOf(topic), partition: fault.partition }
    if (name === 'Fetch') return this.#fetched(request).some(one => isMeant(one, about))
    if (name === 'Metadata' && request.topics === null) return true
    if (handler.entries && fault.partition !== null) {
      return splitRequest(handler.entries, request, about).taken.length > 0
    }
    return about.names.some(known => namesText(request, known))
  }

  /** Null for all that was asked. */
  #aboutEntries({ api }: Handler<never>, { topic, partition, group }: Fault, place: Place | null): About | null {
    if (group !== null && api.name === 'OffsetFetch') return { names: [group], partition: null }
    if (place === 'whole') return null
    if (topic !== null) return { names: this.#namesOf(topic), partition }
    if (group !== null && place === null) return { names: [group], partition: null }
    // Answers of Fetch and Metadata tell of more than what was asked for.
    return place === 'inside' && hasEntries.has(api.name) ? { names: null, partition: null } : null
  }

  #namesOf(topic: string): string[] {
    const id = this.#world.topicId(topic)
    return id === null ? [topic] : [topic, id]
  }

  #fetched({ sessionId, topics }: Body): FetchedPartition[] {
    const named = (topics as Body[]).flatMap(({ topic, topicId, partitions }) =>
      (partitions as Body[]).map(({ partition }): FetchedPartition => ({ topic, topicId, index: partition })),
    )
    return [...named, ...this.#world.fetchSession(sessionId)]
  }

  #checkGiven(id: number): void {
    if (id < 1 || id > this.#last) throw new BrokerError(`there is no fault ${id}`, null)
  }

  #forgetWornOut(): void {
    for (const [id, { left }] of this.#armed) if (left <= 0) this.#armed.delete(id)
  }
}

/** What a handler that borrows may be given later: bytes of its own, and no frame to keep. */
function owned(handler: Handler<never>, call: Call, request: Body): { readonly call: Call; readonly request: Body } {
  if (handler.borrows !== true) return { call, request }
  return { call: { ...call, keep: undefined }, request: withOwnBytes(request) }
}

/** Null when it can be carried out. */
function wrongWith(decision: Decision, handler: Handler<never>, version: number): string | null {
  if (decision.does === 'refuse' && !isError(decision.error)) return unknownError(decision.error)
  if (decision.does !== 'reply') return null
  try {
    madeReply(handler.api, version, decision.reply)
    return null
  } catch (error) {
    return `the function of faults.on gives no response of version ${version}: ${(error as Error).message}`
  }
}

const isError = (name: string): boolean => name !== 'NONE' && Object.hasOwn(errors, name)

const unknownError = (name: string): string =>
  `no error is called ${name}.${nearest(Object.keys(errors).filter(isError), name)}`

/** The list of a reply, in the place of that of a request. */
const namedAs = (entries: Entries): Entries => ({ ...entries, request: entries.response })

const isMeant = ({ topic, topicId, index }: FetchedPartition, { names, partition }: About): boolean =>
  (names === null || names.includes(topic) || names.includes(topicId)) && (partition === null || partition === index)

const andThen = (reply: Served, change: (reply: Body) => Body): Served =>
  isPromise(reply) ? reply.then(change) : change(reply)

/** What was asked is done by `next` all the same, where the answer is what gets lost. */
function dropped(call: Call, request: Body, next: Next | null): Served {
  const gone = (): null => {
    call.connection.close('a fault that a test asked for')
    return null
  }
  const done = next?.(call, request)
  return isPromise(done) ? done.then(gone, gone) : gone()
}
