/** Commands whose output is meant to differ from Apache Kafka's, and why. */

export interface Explained {
  readonly why: string
  readonly where: RegExp
}

export const explained: readonly Explained[] = [
  {
    why: 'A feature is told of once it is served: groups, shares, streams and voters of the new kind are to come.',
    where: /^kafka-features describe$/,
  },
  {
    why: 'There is no listener for controllers: the broker answers for the quorum at its own.',
    where: /^kafka-metadata-quorum describe --status$/,
  },
]

export const explanationOf = (command: string): Explained | undefined =>
  explained.find(({ where }) => where.test(command))
