/** `expect(kafka).toHaveRecord(...)` for jest and vitest, and the same as assertions for other runners. */
import type { Broker } from '../broker'
import { BrokerError } from '../contract/commands'
import { kind } from '../contract/kinds'
import { checkMatch, isMatch, type Match, matchText, seenLines } from '../contract/matching'
import type { ReadOptions, Wait } from '../contract/waits'

const aBroker = kind('a Broker, as in expect(kafka)', one => {
  return typeof (one as Partial<Broker> | null | undefined)?.waitForRecord === 'function'
})

/** What a runner that has `expect.extend` is told. */
interface Told {
  readonly pass: boolean
  message(): string
}

/**
 * Waits for the first record that matches, as `waitForRecord`. With `not` it looks once: what comes later is for who waits
 * for something else first.
 */
export async function toHaveRecord<T>(
  this: { readonly isNot?: boolean },
  kafka: Broker,
  topic: string,
  match: Match<T>,
  options: ReadOptions & Wait = {},
): Promise<Told> {
  aBroker(kafka, 'what toHaveRecord expects it of')
  const { isNot = false } = this
  const { timeoutMs: _, ...reading } = options
  const why = isNot ? await presence(kafka, topic, match, reading) : await absence(kafka, topic, match, options)
  return { pass: isNot === (why !== null), message: () => why ?? '' }
}

/** Resolves when there is such a record, and rejects with what was there instead when the time is up. */
export async function assertRecord<T>(
  kafka: Broker,
  topic: string,
  match: Match<T>,
  options: ReadOptions & Wait = {},
): Promise<void> {
  aBroker(kafka, 'what assertRecord looks at')
  refuse(await absence(kafka, topic, match, options))
}

/** Rejects when there is such a record now. */
export async function assertNoRecord<T>(
  kafka: Broker,
  topic: string,
  match: Match<T>,
  options: ReadOptions = {},
): Promise<void> {
  aBroker(kafka, 'what assertNoRecord looks at')
  refuse(await presence(kafka, topic, match, options))
}

function refuse(why: string | null): void {
  if (why === null) return
  // What runners take for a test that failed, and not for one that is broken.
  throw Object.assign(new Error(why), { name: 'AssertionError', code: 'ERR_ASSERTION' })
}

/** Why there is none; null when there is one. */
async function absence<T>(
  kafka: Broker,
  topic: string,
  match: Match<T>,
  options: ReadOptions & Wait,
): Promise<string | null> {
  try {
    await kafka.waitForRecord(topic, match, options)
    return null
  } catch (error) {
    if (error instanceof BrokerError && error.code === null) return error.message
    throw error
  }
}

/**
 * What there is that there should not be; null when there is nothing. Rejects when there is no such topic: of a name that is
 * misspelt nothing would ever be found.
 */
async function presence<T>(
  kafka: Broker,
  topic: string,
  match: Match<T>,
  options: ReadOptions,
): Promise<string | null> {
  checkMatch(match, 'a match')
  const records = await kafka.records<T>(topic, options)
  const found = records.filter(record => isMatch(record, match))
  return found.length === 0 ? null : `a record of ${topic} ${matchText(match)}. ${seenLines(found)}`
}
