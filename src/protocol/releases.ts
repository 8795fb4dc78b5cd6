/** What earlier releases of Apache Kafka said of themselves in ApiVersions: which APIs, in which versions, with which features. */
import { type RecordedRelease, recordedReleases } from './release-facts'

export interface ReleaseFeature {
  readonly name: string
  /** Levels that its brokers support, and the one that a new cluster of it has. */
  readonly min: number
  readonly max: number
  readonly level: number
}

export interface ReleaseFacts {
  /** As `3.9`. */
  readonly release: string
  readonly apis: ReadonlyMap<number, { readonly min: number; readonly max: number }>
  readonly features: readonly ReleaseFeature[]
  /** Whether it tells the epoch of its features, 0 where there are none. */
  readonly tellsEpoch: boolean
}

/** From the oldest to the newest. */
export const releaseNames: readonly string[] = recordedReleases.map(({ patch }) => releaseOf(patch))

/** Null for a release that nobody has asked. */
export function releaseFacts(release: string): ReleaseFacts | null {
  const last = releaseNames.indexOf(release)
  if (last < 0) return null
  const apis = new Map<number, { min: number; max: number }>()
  for (const { changes } of recordedReleases.slice(0, last + 1)) {
    for (const [key, min, max] of changes.split(' ').map(change => change.split(/[:-]/).map(Number))) {
      if (max === undefined) apis.delete(key!)
      else apis.set(key!, { min: min!, max })
    }
  }
  const { features, tellsEpoch } = recordedReleases[last]!
  return {
    release,
    apis: new Map([...apis].sort(([a], [b]) => a - b)),
    features: features.split(' ').filter(Boolean).map(featureOf),
    tellsEpoch,
  }
}

function featureOf(text: string): ReleaseFeature {
  const [, name, min, max, level] = /^(.+):(\d+)-(\d+)=(\d+)$/.exec(text)!
  return { name: name!, min: Number(min), max: Number(max), level: Number(level) }
}

function releaseOf(patch: RecordedRelease['patch']): string {
  return patch.replace(/\.\d+$/, '')
}
