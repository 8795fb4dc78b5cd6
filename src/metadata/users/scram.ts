/** SCRAM credentials as they are stored: how they are made, and the decision to alter some (RFC 5802, KIP-554). */
import { createHash, createHmac } from 'node:crypto'
import {
  EntryFailure,
  failed,
  type Decision,
  type DecisionContext,
  type EntryOutcome,
  entryOutcome,
  succeeded,
} from '../decision'
import type { StoreOperation } from '../store/store'
import { storeKeys } from '../image/stored'
import type { StoredScram } from '../image/tables'

export const scramMechanisms = [
  { name: 'SCRAM-SHA-256', number: 1, hash: 'sha256', bytes: 32 },
  { name: 'SCRAM-SHA-512', number: 2, hash: 'sha512', bytes: 64 },
] as const

export type ScramMechanism = (typeof scramMechanisms)[number]

const iterationsMin = 4096
const iterationsMax = 16_384

export interface ScramUpsertion {
  readonly user: string
  readonly mechanism: number
  readonly iterations: number
  readonly salt: Buffer
  readonly saltedPassword: Buffer
}

export interface ScramDeletion {
  readonly user: string
  readonly mechanism: number
}

export interface ScramOutcome {
  readonly user: string
  readonly outcome: EntryOutcome
}

export const scramId = ({ name }: ScramMechanism, user: string): string => `${name}/${user}`

/** Row of the secret out of which credentials are invented for users that there are not. */
export const scramSecret = 'scram'
const secretBytes = 32

/** Makes that secret, once for a cluster. */
export function decideScramSecret({ image, random }: DecisionContext): Decision<void> {
  const isThere = image.table('secret').get(scramSecret) !== undefined
  const value = () => JSON.stringify({ bytes: random.bytes(secretBytes).toString('base64') })
  return {
    if: [],
    do: isThere ? [] : [{ put: storeKeys.row('secret', scramSecret), value: value() }],
    reply: undefined,
  }
}

/** A salt that looks like those that Kafka makes: a number of 130 bits in letters and digits. */
export function kafkaSalt(random: Buffer): Buffer {
  const number = BigInt(`0x${random.toString('hex')}`) & ((1n << 130n) - 1n)
  return Buffer.from(number.toString(36))
}

/** Keys that prove who knows a password, made of the password as it was salted and hashed over and over. */
export function scramKeys({ hash }: ScramMechanism, saltedPassword: Buffer): { storedKey: Buffer; serverKey: Buffer } {
  const keyed = (text: string) => createHmac(hash, saltedPassword).update(text).digest()
  return {
    storedKey: createHash(hash).update(keyed('Client Key')).digest(),
    serverKey: keyed('Server Key'),
  }
}

/**
 * Outcomes by users, in the order of their names. A user who stands in the request twice is not altered; nor is one of
 * whom any part is refused.
 */
export function decideAlterScram(
  { image }: DecisionContext,
  deletions: readonly ScramDeletion[],
  upsertions: readonly ScramUpsertion[],
): Decision<ScramOutcome[]> {
  const outcomes = new Map<string, EntryOutcome>()
  const operations = new Map<string, StoreOperation>()
  const attempt = (user: string, work: () => StoreOperation) => {
    if (operations.has(user)) outcomes.set(user, twice)
    if (outcomes.has(user)) return
    const outcome = entryOutcome(
      () => {
        operations.set(user, work())
        return succeeded
      },
      failure => failure,
    )
    outcomes.set(user, outcome)
  }
  for (const { user, mechanism } of deletions) {
    attempt(user, () => {
      const id = scramId(checked(user, mechanism), user)
      if (image.table('scram').get(id)) return { remove: storeKeys.row('scram', id) }
      throw new EntryFailure('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist')
    })
  }
  for (const upsertion of upsertions) {
    attempt(upsertion.user, () => {
      const mechanism = checked(upsertion.user, upsertion.mechanism)
      const key = storeKeys.row('scram', scramId(mechanism, upsertion.user))
      return { put: key, value: JSON.stringify(storedScram(mechanism, upsertion)) }
    })
  }
  const sorted = [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    if: [],
    do: [...operations].filter(([user]) => outcomes.get(user) === succeeded).map(([, operation]) => operation),
    reply: sorted.map(([user, outcome]) => ({ user, outcome })),
  }
}

const twice = failed('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request')

function checked(user: string, mechanism: number): ScramMechanism {
  if (user === '') throw new EntryFailure('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
  const found = scramMechanisms.find(({ number }) => number === mechanism)
  if (found) return found
  throw new EntryFailure('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
}

function storedScram(mechanism: ScramMechanism, { iterations, salt, saltedPassword }: ScramUpsertion): StoredScram {
  if (iterations < iterationsMin) throw new EntryFailure('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
  if (iterations > iterationsMax) throw new EntryFailure('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
  // Java makes no key of nothing.
  if (saltedPassword.length === 0) throw new EntryFailure('UNKNOWN_SERVER_ERROR')
  const { storedKey, serverKey } = scramKeys(mechanism, saltedPassword)
  const text = (bytes: Buffer) => bytes.toString('base64')
  return { iterations, salt: text(salt), storedKey: text(storedKey), serverKey: text(serverKey) }
}
