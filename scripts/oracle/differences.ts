/** Differences from Apache Kafka that are meant. Each says why; one that no reply shows any more fails the run. */
import { type Difference, type Plain, differencesOf } from './mask'
import type { Mode } from './scenario'

const isSame = (a: Plain, b: Plain): boolean => differencesOf(a, b).length === 0

export interface Explained {
  readonly why: string
  /** Matched against `scenario / step / path`. */
  readonly where: RegExp
  /** How the brokers are set up where it is seen: `open` when left out. */
  readonly seenIn?: Mode
  /** Whether these two values are the meant ones; any are when absent. */
  when?(difference: Difference): boolean
}

const bothRefuse = (difference: Difference): boolean =>
  [difference.kafka, difference.ours].every(said => typeof said === 'string' && said.startsWith('42 '))

export const explained: readonly Explained[] = [
  {
    why: "Which users there are is nobody's business: who asks for one of SCRAM that there is not is led on to the end.",
    where: /^sasl listener: a user of scram that there is not/,
    seenIn: 'sasl',
  },
  {
    why: "Texts that say no more than the error code are our own words; Kafka's may show its own object of the request.",
    where: /^access: .*errorMessage$/,
    seenIn: 'authorizer',
    when: ({ kafka, ours }) =>
      typeof kafka === 'string' &&
      /^Request .* needs \w+ permission\.$|^\w+(?: \w+)? authorization failed\.$/.test(kafka) &&
      typeof ours === 'string',
  },
  {
    why: 'Apache Kafka fails inside and never answers a batch that is null; we refuse it.',
    where: /^produce: no records /,
    when: ({ ours }) => ours === 'an answer',
  },
  {
    why: 'Texts that say no more than the error code are our own words.',
    where: /^find coordinator .*errorMessage$/,
    when: ({ kafka, ours }) =>
      typeof kafka === 'string' && typeof ours === 'string' && kafka.startsWith('This most likely occurs'),
  },
  {
    why: 'Texts that say no more than the error code and what was asked for are our own words.',
    where: /^(?:transactions: partitions that were not added|reassign partitions|odd lists) .*errorMessage$/,
    when: ({ kafka, ours }) => typeof kafka === 'string' && typeof ours === 'string',
  },
  {
    why: 'A feature is claimed once it is served: groups, shares and streams of the new kind are to come.',
    where: /^api versions .*(?:finalized|supported)Features/,
    when: ({ kafka, ours }) =>
      Array.isArray(kafka) && Array.isArray(ours) && ours.every(row => kafka.some(other => isSame(row, other))),
  },
  {
    why: 'Version 0 kept offsets in ZooKeeper. Kafka 3.9 without ZooKeeper refuses it; we keep them in the group, as version 1 does.',
    where: /^(?:offsets: (?:commits without a member|fetch)|odd lists) \(Offset(?:Commit|Fetch) v0\)/,
  },
  {
    why: 'Kafka 3.9 gathered the rows of a topic that was named twice; Kafka 4.4 and we answer them as they came.',
    where: /^(?:offsets: commits without a member|odd lists) \(OffsetCommit v1\) .*length$/,
  },
  {
    why: 'Listeners of a running broker are not changed yet; both refuse what is tried, Kafka with what it would need.',
    where: /^broker key listeners: values /,
    when: bothRefuse,
  },
  {
    why: 'Kafka divides by the number of threads before it looks at it.',
    where: /^broker key log\.cleaner\.threads: values .* set "0"$/,
    when: ({ kafka, ours }) => kafka === '42 / by zero' && typeof ours === 'string' && ours.startsWith('42 '),
  },
  {
    why: 'Kafka fails inside on a list that has no default; we say that it cannot be changed.',
    where: /^broker key (?:process\.roles|controller\.listener\.names): values .* (?:append|subtract) /,
    when: ({ kafka, ours }) => kafka === '-1 null' && typeof ours === 'string' && ours.startsWith('42 '),
  },
  {
    why: 'There is no quorum of controllers, so its addresses are not read.',
    where: /^broker key listener\.name\.plaintext\.controller\.quorum\..*: values /,
  },
  {
    why: 'Version 0 is judged by Kafka 3.9, whose topics have keys that 4.4 dropped and lack those that it brought.',
    where: /^describe configs: topics \(DescribeConfigs v0\) .*configs\.length$/,
  },
]

/** The explanation of a difference, if it has one. */
export function explanationOf(place: string, difference: Difference): Explained | undefined {
  return explained.find(({ where, when }) => where.test(place) && (when === undefined || when(difference)))
}
