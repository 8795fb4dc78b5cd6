/** Two brokers that are told the same story, action by action, by the same few clients; what each client hears is compared. */
import type { Api, RequestDraft } from '../../src/protocol/schema'
import { type Difference, differencesOf, type Plain } from '../oracle/mask'

import { Closed, NoAnswer, Wire } from '../oracle/wire'
import { sleep } from '../judge/process'

/** What nobody does: time passes on both brokers. */
export const silence = 'silence'

/** One thing that one client does. `rolls` are dice that were thrown before, so that an action means the same on both brokers. */
export interface Action {
  readonly client: number
  readonly kind: string
  readonly rolls: readonly number[]
}

export interface Built<A extends Api = Api> {
  readonly api: A
  readonly version: number
  readonly body: RequestDraft<A>
  /** It is answered when others have done something. */
  readonly mayWait?: boolean
  /** What is asked again while the broker says that it is busy with what the client began before. */
  readonly again?: readonly number[]
  /** Asks whether what was set going has come to its end; only then the answer counts as heard. */
  readonly until?: ((ask: Wire['ask']) => Promise<boolean>) | undefined
}

/** What one broker has told so far, as it must be known to go on: names that it made up, generations, epochs. */
export interface Teller {
  /** The request of an action, by what this broker has said; null where the action means nothing now. */
  build(action: Action): Built | null
  /** Takes in a reply. */
  heard(action: Action, reply: unknown): void
  /** A reply, or a request, without what is a broker's own. */
  plain(message: unknown): Plain
}

const inWords = (reply: unknown): string =>
  JSON.stringify(reply, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

export type Pace = keyof typeof paces

interface Heard {
  /** By which connection. */
  readonly lane: string
  readonly action: Action
  readonly reply: unknown
}

/** So long nothing may come before a broker counts as having said all; the slower pace is for a machine that is busy. */
const paces = { fast: 25, slow: 150 } as const
/** So long one broker may take for what the other one has said. */
const patienceMs = 4000
const pauseMs = 15

/** One broker, and a connection for each client. */
class Side {
  readonly #port: number
  readonly #teller: Teller
  readonly #wires = new Map<string, Wire>()
  readonly #waiting = new Set<number>()
  readonly heard: Heard[] = []
  /** What was asked and told, in words. */
  readonly lines: string[] = []

  constructor(port: number, teller: Teller) {
    this.#port = port
    this.#teller = teller
  }

  #note(lane: string, what: string, value: Plain): void {
    this.lines.push(`    ${lane} ${what} ${JSON.stringify(value)}`)
  }

  /** Clients that wait for an answer. */
  get waiting(): string {
    return [...this.#waiting].sort((a, b) => a - b).join(',')
  }

  async #wire(name: string): Promise<Wire> {
    let wire = this.#wires.get(name)
    if (!wire) this.#wires.set(name, (wire = await Wire.open(this.#port)))
    return wire
  }

  /**
   * A client that waits does other things by another connection, and what it waits for goes on. Where it asks for the like again, it
   * gives the first up, as clients do whose connection breaks.
   */
  async act(action: Action): Promise<void> {
    const built = this.#teller.build(action)
    if (built === null) return
    const main = String(action.client)
    if (built.mayWait && this.#waiting.has(action.client)) this.#giveUp(main, action.client)
    const isAside = this.#waiting.has(action.client)
    const name = isAside ? `${main} aside` : main
    const wire = await this.#wire(name)
    this.#note(name, `asks ${built.api.name} v${built.version}`, this.#teller.plain(built.body))
    const asked = this.#ask(wire, built).then(
      reply => void this.heard.push({ lane: name, action, reply }),
      (error: unknown) => {
        if (this.#wires.get(name) !== wire) return
        this.#wires.delete(name)
        this.heard.push({
          lane: name,
          action,
          reply: { $closed: error instanceof Closed, $silent: error instanceof NoAnswer },
        })
        if (!(error instanceof Closed) && !(error instanceof NoAnswer)) throw error
      },
    )
    if (isAside) return asked
    this.#waiting.add(action.client)
    const over = () => {
      if (!this.#wires.has(name) || this.#wires.get(name) === wire) this.#waiting.delete(action.client)
    }
    void asked.finally(over)
  }

  #giveUp(name: string, client: number): void {
    this.#wires.get(name)?.close()
    this.#wires.delete(name)
    this.#waiting.delete(client)
  }

  async #ask(wire: Wire, { api, version, body, again = [], until }: Built): Promise<unknown> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const reply = await wire.ask(api, version, body as never)
      const isBusy = again.some(code => inWords(reply).includes(`rrorCode":${code},`))
      while (!isBusy && until && !(await until(wire.ask.bind(wire))) && performance.now() < deadline)
        await sleep(pauseMs)
      if (!isBusy || performance.now() >= deadline) return reply
      await sleep(pauseMs)
    }
  }

  close(): void {
    for (const wire of this.#wires.values()) wire.close()
  }

  /** What each client heard since the last time, in its order; then it is known. */
  take(): Map<string, Plain[]> {
    // All names first: a reply may tell of a member whose own reply comes after it.
    for (const { action, reply } of this.heard) this.#teller.heard(action, reply)
    const taken = new Map<string, Plain[]>()
    for (const { lane, action, reply } of this.heard.splice(0)) {
      const list = taken.get(lane) ?? []
      const plain = this.#teller.plain(reply)
      this.#note(lane, `hears of ${action.kind}`, plain)
      list.push({ kind: action.kind, reply: plain })
      taken.set(lane, list)
    }
    return taken
  }
}

export interface Split {
  /** The action after which they differed. */
  readonly at: number
  readonly action: Action
  readonly what: string
  readonly differences: readonly Difference[]
  /** What our broker was asked and told. */
  readonly lines: readonly string[]
  /** It is a difference that is meant, after which the story cannot go on. */
  readonly isMeant?: boolean
}

async function settle(sides: readonly Side[], quietMs: number): Promise<void> {
  const began = performance.now()
  let seen = ''
  let since = began
  for (;;) {
    const now = performance.now()
    const state = sides.map(({ heard, waiting }) => `${heard.length} ${waiting}`).join(' / ')
    if (state !== seen) [seen, since] = [state, now]
    const [a, b] = sides
    const isSame = a!.waiting === b!.waiting && a!.heard.length === b!.heard.length
    if (isSame && now - since >= quietMs) return
    if (now - began >= patienceMs) return
    await sleep(3)
  }
}

/** Kafka never answers the SyncGroup of a member that leaves meanwhile: see docs/differences.md. */
const isAnswerToWhoLeft = (told: Plain): boolean =>
  JSON.stringify(told).startsWith('{"kind":"sync","reply":{"throttleTimeMs":0,"errorCode":25')

function compared(at: number, action: Action, theirs: Side, ours: Side): Split | null {
  if (theirs.waiting !== ours.waiting) {
    const who = (side: Side) => (side.waiting === '' ? 'nobody' : side.waiting)
    const what = `${who(theirs)} waits with the first, ${who(ours)} with ours`
    theirs.take()
    const told = ours.take()
    const left = theirs.waiting.split(',').filter(lane => !ours.waiting.split(',').includes(lane))
    const isMeant = left.every(lane => told.get(lane)?.every(one => isAnswerToWhoLeft(one)) ?? false)
    return { at, action, what, differences: [], lines: ours.lines, isMeant }
  }
  const [a, b] = [theirs.take(), ours.take()]
  for (const lane of new Set([...a.keys(), ...b.keys()])) {
    const differences = differencesOf(a.get(lane) ?? [], b.get(lane) ?? [])
    if (differences.length > 0)
      return { at, action, what: `client ${lane} heard something else`, differences, lines: ours.lines }
  }
  return null
}

export interface Playing {
  readonly pace: Pace
  readonly silenceMs?: number | undefined
  /** Is told how many answers came while nobody did anything. */
  readonly afterSilence?: (answers: number) => void
}

/** Plays a story on both; null when every client heard the same of both. */
export async function play(
  actions: readonly Action[],
  brokers: readonly { readonly port: number; readonly teller: Teller }[],
  { pace, silenceMs = 0, afterSilence }: Playing,
): Promise<Split | null> {
  const sides = brokers.map(({ port, teller }) => new Side(port, teller))
  const [theirs, ours] = sides as [Side, Side]
  try {
    for (const [at, action] of actions.entries()) {
      await Promise.all(sides.map(side => side.act(action)))
      if (action.kind === silence) await sleep(silenceMs)
      await settle(sides, paces[pace])
      if (action.kind === silence) afterSilence?.(ours.heard.length)
      const split = compared(at, action, theirs, ours)
      if (split) return split
    }
    return null
  } finally {
    for (const side of sides) side.close()
  }
}

/** The fewest actions that still split the brokers, found by leaving out ever smaller parts. */
export async function shortest(
  actions: readonly Action[],
  splits: (actions: readonly Action[]) => Promise<Split | null>,
): Promise<readonly Action[]> {
  let list = actions
  for (let part = Math.ceil(list.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let from = 0; from < list.length; ) {
      const without = [...list.slice(0, from), ...list.slice(from + part)]
      const split = await splits(without)
      if (split) list = without.slice(0, split.at + 1)
      else from += part
    }
  }
  return list
}
