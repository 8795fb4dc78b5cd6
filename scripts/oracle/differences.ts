/** Differences from Apache Kafka that are meant. Each says why; one that no reply shows any more fails the run. */
import type { Difference } from './mask'

export interface Explained {
  readonly why: string
  /** Matched against `scenario / step / path`. */
  readonly where: RegExp
  /** Whether these two values are the meant ones; any are when absent. */
  when?(difference: Difference): boolean
}

export const explained: readonly Explained[] = [
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
]

/** The explanation of a difference, if it has one. */
export function explanationOf(place: string, difference: Difference): Explained | undefined {
  return explained.find(({ where, when }) => where.test(place) && (when === undefined || when(difference)))
}
