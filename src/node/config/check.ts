/** Looks at every setting that somebody gave: is there such a key, does it take the value, does it mean anything here. */
import type { ConfigKey } from '../../metadata/config/key'
import { configKey, configKeys, nearestKeys, staticKey } from '../../metadata/config/keys'
import { isProblem, parseConfigValue } from '../../metadata/config/value'
import { classProblem } from '../../metadata/config/java-classes'
import { hasEffect, keysOfListeners } from '../../metadata/config/effects'
import type { Assignment } from './sources'
import { listenerPrefix } from './sasl'
import { isFormerKey, needsOtherBrokers, refusedKeys } from './fit'

/** Adds what is wrong to `problems`; gives the assignments that count and a sentence for each thing that does nothing. */
export function checkAssignments(given: readonly Assignment[], problems: string[], brokers: number): Checked {
  const warnings: string[] = []
  const former: Assignment[] = []
  const unused: Assignment[] = []
  const counting: Assignment[] = []
  for (const one of given) {
    if (one.isPlace) {
      counting.push(one)
      continue
    }
    const base = one.key.replace(listenerPrefix, '')
    const key = staticKey(base)
    if (key === null) {
      if (isFormerKey(base)) former.push(one)
      else problems.push(unknownKey(one))
      continue
    }
    const parsed = parseConfigValue(one.key, key, one.text)
    if (isProblem(parsed)) {
      problems.push(one.text.trim() === '' ? noValue(one, key) : `${parsed.error.replace(/\.$/, '')} (${one.origin}).`)
      continue
    }
    const noClass = classProblem(base, key, one.text)
    if (noClass !== null) problems.push(`${noClass.replace(/\.$/, '')}: there is no Java here (${one.origin}).`)
    const refusal = refusedKeys[one.key]?.(parsed.text)
    if (refusal) problems.push(`${one.key}=${one.text} (${one.origin}): ${refusal}`)
    if (needsOtherBrokers(one.key) && Number(parsed.text) > brokers) {
      const here = brokers === 1 ? 'on a single node' : `with ${brokers} nodes`
      warnings.push(`${one.key}=${parsed.text} (${one.origin}) needs ${parsed.text} brokers; ${here} it is ${brokers}.`)
      counting.push({ ...one, text: String(brokers) })
      continue
    }
    if (!hasEffect(one.key) && !(one.key !== base && keysOfListeners.has(base))) unused.push(one)
    counting.push(one)
  }
  if (unused.length > 0) warnings.push(`Without effect on this node: ${listed(unused)}.`)
  if (former.length > 0) warnings.push(`Keys of older releases of Kafka, not used: ${listed(former)}.`)
  return { counting, warnings }
}

export interface Checked {
  readonly counting: readonly Assignment[]
  readonly warnings: string[]
}

const listedMax = 12

function listed(assignments: readonly Assignment[]): string {
  const names = assignments.slice(0, listedMax).map(({ key, origin }) => `${key} (${origin})`)
  const more = assignments.length - listedMax
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** Kafka's own words would show a gap where the value should be. */
function noValue({ key, origin }: Assignment, { default: usual }: ConfigKey): string {
  const without = usual === null || usual === '' ? '' : `, which is ${usual}`
  return `${key}= (${origin}) has no value. Give it one, or leave it out for its default${without}.`
}

function unknownKey({ key, origin }: Assignment): string {
  const topicKey = configKey('topic', key)
  const [synonym] = topicKey?.synonyms ?? []
  if (topicKey) return `'${key}' (${origin}) is a topic's config${synonym ? `; for a broker write '${synonym}'` : ''}.`
  const [near] = nearestKeys('broker', key, 1)
  const hint = near
    ? `Did you mean '${near}'?`
    : `docs/generated/configs.md of this package lists all ${Object.keys(configKeys.broker).length}.`
  return `Unknown config key '${key}' (${origin}). ${hint}`
}
