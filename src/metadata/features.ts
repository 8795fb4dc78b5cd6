/** The features of a cluster at Kafka 4.4's levels, as ApiVersions tells them, and the decision to change one (KIP-584). */
import { failed, type Decision, type DecisionContext, type EntryOutcome, succeeded } from './decision'
import type { MetadataImage } from './image/image'
import { storeKeys } from './image/stored'
import type { StoredFeature } from './image/tables'

interface Known {
  readonly name: string
  /** Lowest and highest level that Kafka 4.4 supports. */
  readonly min: number
  readonly max: number
  /** The highest level that is served here, and the one that a new cluster has. */
  readonly served: number
}

const known: readonly Known[] = [
  { name: 'metadata.version', min: 7, max: 33, served: 33 },
  // There is no Raft quorum whose voters could change.
  { name: 'kraft.version', min: 0, max: 1, served: 0 },
  { name: 'transaction.version', min: 0, max: 2, served: 2 },
  // The consumer group protocol of KIP-848 is not served.
  { name: 'group.version', min: 0, max: 1, served: 0 },
  { name: 'eligible.leader.replicas.version', min: 0, max: 1, served: 1 },
  { name: 'share.version', min: 0, max: 2, served: 0 },
  { name: 'streams.version', min: 0, max: 1, served: 0 },
]

export interface Features {
  readonly supported: readonly { readonly name: string; readonly minVersion: number; readonly maxVersion: number }[]
  readonly finalized: readonly {
    readonly name: string
    readonly minVersionLevel: number
    readonly maxVersionLevel: number
  }[]
  /** Grows when a level changes. */
  readonly epoch: number
}

export function featureLevel(image: MetadataImage, name: string): number {
  return image.table('feature').get(name)?.level ?? known.find(feature => feature.name === name)?.served ?? 0
}

export function featuresOf(image: MetadataImage): Features {
  return {
    // A client that reads that a level is supported may rely on it.
    supported: known
      .filter(({ served }) => served > 0)
      .map(({ name, min, served }) => ({ name, minVersion: min, maxVersion: served })),
    finalized: known
      .map(({ name }) => ({ name, level: featureLevel(image, name) }))
      .filter(({ level }) => level > 0)
      .map(({ name, level }) => ({ name, minVersionLevel: level, maxVersionLevel: level })),
    epoch: image.revision,
  }
}

/** The levels at which a Kafka left the features that are served here; one that it does not tell of is at 0. */
export function adoptedLevels(left: ReadonlyMap<string, number>): [string, number][] {
  return known
    .filter(({ served }) => served > 0)
    .map(({ name, min, served }) => [name, Math.min(Math.max(left.get(name) ?? 0, min), served)])
}

export interface FeatureUpdate {
  readonly name: string
  readonly level: number
  /** As the protocol numbers them: upgrade, safe downgrade, unsafe downgrade. */
  readonly upgradeType: number
}

const upgrade = 1
const safeDowngrade = 2

/** All updates, or none when one of them cannot be. */
export function decideUpdateFeatures(
  { image, configs }: DecisionContext,
  updates: readonly FeatureUpdate[],
): Decision<EntryOutcome> {
  for (const update of updates) {
    const problem = problemOf(image, configs.brokerId, update)
    if (problem === null) continue
    const message = `The update failed for all features since the following feature had an error: ${problem}`
    return { if: [], do: [], reply: failed('INVALID_UPDATE_VERSION', message) }
  }
  const wanted = new Map(updates.map(({ name, level }) => [name, level]))
  const changed = [...wanted].filter(([name, level]) => featureLevel(image, name) !== level)
  return {
    if: [],
    do: changed.map(([name, level]) => {
      const stored: StoredFeature = { level }
      return { put: storeKeys.row('feature', name), value: JSON.stringify(stored) }
    }),
    reply: succeeded,
  }
}

function problemOf(image: MetadataImage, brokerId: number, { name, level, upgradeType }: FeatureUpdate): string | null {
  const invalid = (why: string) => `Invalid update version ${level} for feature ${name}. ${why}`
  if (upgradeType < upgrade || upgradeType > 3)
    return invalid('The controller does not support the given upgrade type.')
  if (level < 0) return invalid('A feature version cannot be less than 0.')
  const feature = known.find(one => one.name === name)
  if (!feature) {
    return invalid(
      level === 0 ? `Feature ${name} not found.` : `Local controller ${brokerId} does not support this feature.`,
    )
  }
  const { min, max, served } = feature
  if (level < min || level > max) return invalid(`Local controller ${brokerId} only supports versions ${min}-${max}`)
  const current = featureLevel(image, name)
  if (level < current && upgradeType === upgrade) {
    const how = 'without setting the upgrade type to either safe or unsafe downgrade'
    return invalid(`Can't downgrade the version of this feature ${how}.`)
  }
  if (level > current && upgradeType !== upgrade) return invalid("Can't downgrade to a newer version.")
  if (level > served) return invalid(`This broker serves version ${served} of it at most.`)
  if (level === current || name !== 'metadata.version') return null
  const why =
    upgradeType === safeDowngrade
      ? 'Refusing to perform the requested downgrade because it might delete metadata information.'
      : 'Unsafe metadata downgrade is not supported in this version.'
  return `Unsupported metadata.version downgrade from ${current} to ${level}. ${why}`
}
