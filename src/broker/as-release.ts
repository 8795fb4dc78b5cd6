/** A broker that shows itself as an earlier release of Apache Kafka: what both have of APIs, versions and features. */
import type { Handler } from '../call/handler'
import type { Features } from '../metadata/features'
import type { ReleaseFacts } from '../protocol/releases'
import { rangeOf } from '../protocol/versions'
import type { Broker } from './broker'

export function handlersOf({ apis }: ReleaseFacts, handlers: readonly Handler<Broker>[]): Handler<Broker>[] {
  return handlers.flatMap(handler => {
    const theirs = apis.get(handler.api.key)
    const ours = rangeOf(handler.serves)
    const min = Math.max(theirs?.min ?? Infinity, ours.min)
    const max = Math.min(theirs?.max ?? -1, ours.max)
    return min > max ? [] : [{ ...handler, serves: min === max ? `${min}` : `${min}-${max}` }]
  })
}

/** The level of a feature that the release is at, of the one that we are at. */
export const featureLevelAs = ({ features }: ReleaseFacts, name: string, level: number): number =>
  Math.min(features.find(feature => feature.name === name)?.level ?? 0, level)

/** Levels above those of the release are not told of; a client that finds them would take the broker for a newer one. */
export function featuresAs(release: ReleaseFacts, { supported, finalized, epoch }: Features): Features {
  const theirs = new Map(release.features.map(feature => [feature.name, feature]))
  return {
    supported: supported.flatMap(({ name, maxVersion }) => {
      const known = theirs.get(name)
      return known ? [{ name, minVersion: known.min, maxVersion: Math.min(known.max, maxVersion) }] : []
    }),
    finalized: finalized.flatMap(({ name, maxVersionLevel }) => {
      const level = featureLevelAs(release, name, maxVersionLevel)
      return level > 0 ? [{ name, minVersionLevel: level, maxVersionLevel: level }] : []
    }),
    // Who has no features has none that could change.
    epoch: release.tellsEpoch ? (release.features.length > 0 ? epoch : 0) : -1,
  }
}
