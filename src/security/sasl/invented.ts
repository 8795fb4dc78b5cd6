/**
 * Credentials of SCRAM for users that there are not. Whoever asks for one is led on to the end as with a wrong password, so what he
 * sees on the way looks like that of a user: its salt is the same whenever he asks, after a restart too, and of the kinds of salts and
 * counts of iterations that users have there are as many as among them.
 */
import { createHmac } from 'node:crypto'
import { kafkaSalt, scramId, type ScramMechanism } from '../../metadata/users/scram'
import type { StoredScram, Table } from '../../metadata/image/tables'

/** What a stranger sees of a credential, but for the bytes of the salt. */
interface Look {
  readonly iterations: number
  /** Null for a salt as Kafka's own tools make it. */
  readonly saltBytes: number | null
}

/** How many users have each. */
type Looks = readonly (readonly [Look, number])[]

/** That of whom Kafka's tools make without a word of it, and of delegation tokens. */
const usual: Look = { iterations: 4096, saltBytes: null }

export interface InventedOptions {
  readonly mechanism: ScramMechanism
  /** Of the cluster, and known to nobody else. */
  readonly secret: Buffer
  readonly users: Table<StoredScram>
}

/** Of a user; `isByToken` for the id of a delegation token. */
export function inventedScram(options: InventedOptions, name: string, isByToken: boolean): StoredScram {
  const { mechanism } = options
  const { iterations, saltBytes } = isByToken ? usual : lookOf(options, name)
  const made = (what: string) => digest(options, `${what} ${name}`)
  const random = made('salt')
  return {
    iterations,
    salt: (saltBytes === null ? kafkaSalt(random) : stretched(options, random, saltBytes)).toString('base64'),
    storedKey: made('stored').subarray(0, mechanism.bytes).toString('base64'),
    serverKey: made('server').subarray(0, mechanism.bytes).toString('base64'),
  }
}

const digest = ({ mechanism, secret }: InventedOptions, text: string): Buffer =>
  createHmac('sha512', secret).update(`${mechanism.name} ${text}`).digest()

function stretched(options: InventedOptions, random: Buffer, bytes: number): Buffer {
  let all = random
  while (all.length < bytes) all = Buffer.concat([all, digest(options, `more ${all.toString('base64')}`)])
  return all.subarray(0, bytes)
}

/**
 * Each look is drawn as often as users have it. What a name draws stays the same when others come and go, but for as many names as
 * that changes the shares (weighted rendezvous hashing).
 */
function lookOf(options: InventedOptions, name: string): Look {
  let best: Look = usual
  let most = -Infinity
  for (const [look, count] of looksOf(options)) {
    const bits = digest(options, `look ${look.iterations} ${look.saltBytes} ${name}`).readUIntBE(0, 6)
    const score = -count / Math.log((bits + 1) / (2 ** 48 + 1))
    if (score > most) [best, most] = [look, score]
  }
  return best
}

/** Counted once for as long as no credential changes. */
const known = new WeakMap<Table<StoredScram>, Map<string, Looks>>()

function looksOf({ mechanism, users }: InventedOptions): Looks {
  const ofTable = known.get(users) ?? new Map<string, Looks>()
  known.set(users, ofTable)
  const present = ofTable.get(mechanism.name)
  if (present) return present
  const counts = new Map<string, readonly [Look, number]>()
  const prefix = scramId(mechanism, '')
  for (const [id, { iterations, salt }] of users.entries()) {
    if (!id.startsWith(prefix)) continue
    const bytes = Buffer.from(salt, 'base64')
    const look = { iterations, saltBytes: isKafkas(bytes) ? null : bytes.length }
    const key = `${look.iterations} ${look.saltBytes}`
    counts.set(key, [look, (counts.get(key)?.[1] ?? 0) + 1])
  }
  const looks = [...counts.values()]
  ofTable.set(mechanism.name, looks)
  return looks
}

const isKafkas = (salt: Buffer): boolean => /^[0-9a-z]{20,26}$/.test(salt.toString('latin1'))
