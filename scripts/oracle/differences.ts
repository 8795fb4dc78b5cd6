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
    where:
      /^(?:transactions: (?:described|partitions that were not added)|elect leaders|reassign partitions) .*errorMessage$/,
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
    where: /^offsets: (?:commits without a member|fetch) \(Offset(?:Commit|Fetch) v0\)/,
  },
  {
    why: 'Kafka 3.9 gathered the rows of a topic that was named twice; Kafka 4.4 and we answer them as they came.',
    where: /^offsets: commits without a member \(OffsetCommit v1\) .*topics\.length$/,
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
