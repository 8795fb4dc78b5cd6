/** The features of a cluster at Kafka 4.4's level, as ApiVersions tells them: what a client may rely on. */
import type { Features } from '../broker/broker'

/** Name, lowest and highest level that Kafka 4.4 supports, and the level in force here. */
const levels: readonly (readonly [name: string, min: number, max: number, finalized: number])[] = [
  ['metadata.version', 7, 33, 33],
  ['kraft.version', 0, 1, 0],
  ['transaction.version', 0, 2, 2],
  // The consumer group protocol of KIP-848 is not served.
  ['group.version', 0, 1, 0],
  ['eligible.leader.replicas.version', 0, 1, 1],
  ['share.version', 0, 2, 0],
  ['streams.version', 0, 1, 0],
]

export const features: Features = {
  supported: levels.map(([name, minVersion, maxVersion]) => ({ name, minVersion, maxVersion })),
  finalized: levels
    .filter(([, , , level]) => level > 0)
    .map(([name, , , level]) => ({ name, minVersionLevel: level, maxVersionLevel: level })),
  epoch: 1,
}
