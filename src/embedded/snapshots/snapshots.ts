/** What clusters of one broker and its forks remember: by number, and by names that belong to the cluster that gave them. */
import type { ClusterImage } from './cluster-image'
import { BrokerError, type SnapshotKey } from '../contract/commands'
import { isText, kind, nearest } from '../contract/kinds'

const nameLengthMax = 100
/** How many are kept that have no name and whose cluster is gone: enough for who seeds one fork after the other, and bounded. */
const orphansMax = 100

/** Digits alone are numbers of snapshots where these stand in the path of a URL, and `empty` is what a fork may be made of. */
export const snapshotName = kind(
  `a text of 1 to ${nameLengthMax} characters, neither 'empty' nor digits alone`,
  value => isText(value) && value.length > 0 && value.length <= nameLengthMax && !/^(empty|\d+)$/.test(value),
)

const stopped = `, or of a fork that was stopped, of which the last ${orphansMax} are kept`

/** As a path or JSON has it. Throws TypeError for what is neither. */
export function snapshotKeyFrom(given: unknown): SnapshotKey {
  if (Number.isInteger(given)) return given as number
  if (isText(given) && /^\d{1,15}$/.test(given)) return Number(given)
  snapshotName(given, 'a snapshot, unless it is told by its number,')
  return given as string
}

export class Snapshots {
  readonly #images = new Map<number, ClusterImage>()
  /** By cluster. */
  readonly #names = new Map<number, Map<string, number>>()
  /** Without a name, by the cluster that they were taken of. */
  readonly #nameless = new Map<number, Set<number>>()
  /** Those whose cluster has been stopped, the oldest first. */
  readonly #orphans = new Set<number>()
  /** Of which cluster one is a fork. */
  readonly #origins = new Map<number, number>()

  /** One that had this name in the cluster is dropped. */
  keep(number: number, image: ClusterImage, cluster: number, name: string | null): void {
    this.#images.set(number, image)
    if (name === null) {
      const nameless = this.#nameless.get(cluster) ?? new Set()
      this.#nameless.set(cluster, nameless.add(number))
      return
    }
    const names = this.#names.get(cluster) ?? new Map<string, number>()
    this.#names.set(cluster, names)
    this.#images.delete(names.get(name) ?? -1)
    names.set(name, number)
  }

  /** Names are those of the cluster, and of those that it is a fork of. Throws BrokerError when there is none. */
  imageOf(cluster: number, key: SnapshotKey): ClusterImage {
    const number = typeof key === 'number' ? key : this.#named(cluster, key).number
    const image = this.#images.get(number)
    if (!image)
      throw new BrokerError(`there is no such snapshot: it was dropped, or is of another broker${stopped}`, null)
    return image
  }

  /** Throws BrokerError when there is none. */
  drop(cluster: number, key: SnapshotKey): void {
    this.imageOf(cluster, key)
    if (typeof key === 'number') {
      this.#images.delete(key)
      this.#orphans.delete(key)
      for (const nameless of this.#nameless.values()) nameless.delete(key)
      for (const names of this.#names.values()) for (const [name, of] of names) if (of === key) names.delete(name)
      return
    }
    const { number, names } = this.#named(cluster, key)
    names.delete(key)
    this.#images.delete(number)
  }

  forked(fork: number, of: number): void {
    this.#origins.set(fork, of)
  }

  /** What it gave names goes with it, and of what has none the oldest. Its own forks find the names of its origin. */
  left(cluster: number): void {
    this.#orphan(cluster)
    for (const number of this.#names.get(cluster)?.values() ?? []) this.#images.delete(number)
    this.#names.delete(cluster)
    const origin = this.#origins.get(cluster)
    this.#origins.delete(cluster)
    for (const [fork, of] of this.#origins) {
      if (of !== cluster) continue
      if (origin === undefined) this.#origins.delete(fork)
      else this.#origins.set(fork, origin)
    }
  }

  #orphan(cluster: number): void {
    for (const number of this.#nameless.get(cluster) ?? []) this.#orphans.add(number)
    this.#nameless.delete(cluster)
    for (const oldest of this.#orphans) {
      if (this.#orphans.size <= orphansMax) return
      this.#orphans.delete(oldest)
      this.#images.delete(oldest)
    }
  }

  #named(cluster: number, name: string): { readonly number: number; readonly names: Map<string, number> } {
    const there: string[] = []
    for (let at: number | undefined = cluster; at !== undefined; at = this.#origins.get(at)) {
      const names = this.#names.get(at)
      const number = names?.get(name)
      if (names !== undefined && number !== undefined) return { number, names }
      there.push(...(names?.keys() ?? []))
    }
    const some = there.length === 0 ? ' None has a name.' : ` There are ${there.slice(-10).join(', ')}.`
    throw new BrokerError(`there is no snapshot '${name}'.${nearest(there, name) || some}`, null)
  }
}
