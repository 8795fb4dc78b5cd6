/** Functions of a test that decide what becomes of requests (`faults.on`): of a broker, and of those that were made of it. */
import type { BrokerError } from '../contract/commands'
import { isObject, isText } from '../contract/kinds'
import type { Decision, Question, RequestFacts } from '../contract/question'

/** What a function is told beside the request. */
export interface RequestContext extends RequestFacts {
  /** The connection ends instead of an answer, whatever the function gives. */
  drop(): void
}

/** A request by Kafka's names of its fields, as the version that it came in has them. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is that of whichever API was named.
export type RequestBody = { readonly [field: string]: any }

/**
 * What is answered: a response by Kafka's names of its fields, of which some may be left out, an error by its name, or
 * nothing, which lets the broker serve the request.
 */
export type Decided = object | string | null | undefined | void
export type Decide = (request: RequestBody, context: RequestContext) => Decided | Promise<Decided>

export class Deciders {
  readonly #all = new Map<string, Decide>()
  readonly #lost: (error: unknown) => void
  #last = 0

  /** `lost` hears of errors that are nobody's to handle. */
  constructor(lost: (error: unknown) => void = error => void Promise.reject(error as Error)) {
    this.#lost = lost
  }

  /** Gives the number by which the function is asked. */
  add(cluster: number, decide: Decide): number {
    this.#all.set(keyOf(cluster, ++this.#last), decide)
    return this.#last
  }

  /** It is asked no more. */
  drop(cluster: number, number: number): void {
    this.#all.delete(keyOf(cluster, number))
  }

  /** Of a cluster. */
  clear(cluster: number): void {
    for (const key of this.#all.keys()) if (key.startsWith(keyOf(cluster, ''))) this.#all.delete(key)
  }

  /**
   * Asks the function in a turn of its own, and hands on what it decides. One that throws has its request refused, and the
   * error is a rejection that nobody handled, as with listeners; so is that of a response that cannot be.
   */
  asked(cluster: number, question: Question, answer: (decision: Decision) => Promise<unknown>): void {
    void Promise.resolve().then(async () => {
      const decide = this.#all.get(keyOf(cluster, question.asks))
      let decision: Decision = { does: 'serve' }
      try {
        if (decide) decision = await decisionOf(decide, question)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        decision = { does: 'fail', why: `the function of faults.on threw: ${why}` }
        this.#lost(error)
      }
      await answer(decision).catch((error: unknown) => {
        // Whoever asked may be gone by now, and needs no answer.
        if ((error as BrokerError).code === 'INVALID_REQUEST') this.#lost(error)
      })
    })
  }
}

const keyOf = (cluster: number, number: number | ''): string => `${cluster}/${number}`

async function decisionOf(decide: Decide, { about, request }: Question): Promise<Decision> {
  let isDropped = false
  const drop = (): void => {
    isDropped = true
  }
  const given: unknown = await decide(withBuffers(request) as RequestBody, { ...about, drop })
  if (isDropped) return { does: 'drop' }
  if (given === undefined || given === null) return { does: 'serve' }
  if (isText(given)) return { does: 'refuse', error: given }
  if (isObject(given)) return { does: 'reply', reply: given }
  throw new TypeError(
    `the function of faults.on gives a response, the name of an error or nothing, not ${typeof given}`,
  )
}

/** Bytes come from another thread without the methods that they have here. */
function withBuffers(part: unknown): unknown {
  if (ArrayBuffer.isView(part)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength)
  if (Array.isArray(part)) return part.map(withBuffers)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, withBuffers(value)]))
}
