/** Client quotas as they are stored: the entities they are for, and the decision to alter some (KIP-13, KIP-546, KIP-599). */
import { hashOrder } from '../../platform/java-hash'
import {
  EntryFailure,
  entryOutcome,
  type Decision,
  type DecisionContext,
  type EntryOutcome,
  failed,
  succeeded,
} from '../decision'
import type { StoreOperation } from '../store/store'
import { storeKeys } from '../image/stored'
import type { StoredQuota } from '../image/tables'

/** Names by kind; null stands for those of the kind that have no quota of their own. */
export type QuotaEntity = ReadonlyMap<string, string | null>

export interface QuotaOperation {
  readonly key: string
  /** Null takes the quota away. */
  readonly value: number | null
}

export interface QuotaAlteration {
  readonly entity: QuotaEntity
  readonly operations: readonly QuotaOperation[]
}

export interface QuotaOutcome {
  readonly entity: QuotaEntity
  readonly outcome: EntryOutcome
}

/** How a quota's value is stored in Kafka: it says which numbers it may be. */
type NumberKind = 'LONG' | 'INT' | 'DOUBLE'

const clientKeys: ReadonlyMap<string, NumberKind> = new Map([
  ['producer_byte_rate', 'LONG'],
  ['consumer_byte_rate', 'LONG'],
  ['request_percentage', 'DOUBLE'],
  ['controller_mutation_rate', 'DOUBLE'],
])
const addressKeys: ReadonlyMap<string, NumberKind> = new Map([['connection_creation_rate', 'INT']])
const kinds = new Set(['user', 'client-id', 'ip'])

/** Kinds in the order in which Kafka's maps hand them out. */
const ordered = (entity: QuotaEntity): [string, string | null][] =>
  hashOrder([...entity.keys()]).map(kind => [kind, entity.get(kind)!])

/** The same text for the same entity, whatever the order of its kinds. */
export const quotaEntityId = (entity: QuotaEntity): string =>
  JSON.stringify([...entity].sort(([a], [b]) => (a < b ? -1 : 1)))

export const quotaEntityOf = (id: string): QuotaEntity => new Map(ordered(new Map(JSON.parse(id))))

/** An entity as a request lists it: of two names of a kind the later one counts. */
export const listedEntity = (
  rows: readonly { readonly entityType: string; readonly entityName: string | null }[],
): QuotaEntity => new Map(ordered(new Map(rows.map(row => [row.entityType, row.entityName]))))

/** Every entity on its own. One that stands in the request twice is altered as its first alteration says, and told of once. */
export function decideAlterQuotas(
  { image }: DecisionContext,
  alterations: readonly QuotaAlteration[],
): Decision<QuotaOutcome[]> {
  const operations: StoreOperation[] = []
  const outcomes = new Map<string, QuotaOutcome>()
  for (const { entity, operations: wanted } of alterations) {
    const id = quotaEntityId(entity)
    const keys = new Set(wanted.map(({ key }) => key))
    if (outcomes.has(id) || keys.size < wanted.length) {
      const says = `Ignoring duplicate entity ClientQuotaEntity(entries={${textOf(entity)}})`
      outcomes.set(id, { entity, outcome: failed('INVALID_REQUEST', says) })
      continue
    }
    const outcome = entryOutcome(
      () => {
        checkEntity(entity)
        const stored = image.table('quota').get(id) ?? {}
        operations.push(...operationsFor(id, stored, alteredQuota(entity, stored, wanted)))
        return succeeded
      },
      failure => failure,
    )
    outcomes.set(id, { entity, outcome })
  }
  return { if: [], do: operations, reply: [...outcomes.values()] }
}

/** Whether a quota counts here for such an entity. */
export function isKnownQuota(entity: QuotaEntity, key: string, value: number): boolean {
  try {
    checkEntity(entity)
    checkValue(entity, key, value)
    return true
  } catch (error) {
    if (error instanceof EntryFailure) return false
    throw error
  }
}

const textOf = (entity: QuotaEntity) => [...entity].map(([kind, name]) => `${kind}=${name}`).join(', ')

function operationsFor(id: string, before: StoredQuota, after: StoredQuota): StoreOperation[] {
  const key = storeKeys.row('quota', id)
  if (Object.keys(after).length > 0) return [{ put: key, value: JSON.stringify(after) }]
  return Object.keys(before).length > 0 ? [{ remove: key }] : []
}

function alteredQuota(entity: QuotaEntity, stored: StoredQuota, wanted: readonly QuotaOperation[]): StoredQuota {
  const after = new Map(Object.entries(stored))
  for (const { key, value } of wanted) {
    if (value === null) after.delete(key)
    else {
      checkValue(entity, key, value)
      after.set(key, value)
    }
  }
  return Object.fromEntries(after)
}

const invalid = (why: string) => new EntryFailure('INVALID_REQUEST', why)

function checkEntity(entity: QuotaEntity): void {
  if (entity.size === 0) throw invalid('Invalid empty client quota entity')
  for (const [kind, name] of entity) {
    if (!kinds.has(kind)) throw invalid(`Unhandled client quota entity type: ${kind}`)
    if (name === '') throw invalid(`Empty ${kind} not supported`)
  }
  const address = entity.get('ip')
  if (address === undefined) return
  if (entity.size > 1) {
    throw invalid('Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId')
  }
  if (address !== null && !isAddress(address)) throw invalid(`${address} is not a valid IP or resolvable host.`)
}

/** IPv4 in one to four numbers, IPv6, or the one name that is known without asking for it. */
function isAddress(text: string): boolean {
  if (text === 'localhost' || /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(text)) return true
  const numbers = text.split('.')
  // The last number has the bytes that are left.
  const most = (nth: number): number => (nth === numbers.length - 1 ? 256 ** (5 - numbers.length) - 1 : 255)
  return numbers.length <= 4 && numbers.every((part, nth) => /^\d{1,10}$/.test(part) && Number(part) <= most(nth))
}

/** Texts and order of checks are Kafka's. */
function checkValue(entity: QuotaEntity, key: string, value: number): void {
  const kind = (entity.has('ip') ? addressKeys : clientKeys).get(key)
  if (kind === undefined) throw invalid(`Invalid configuration key ${key}`)
  if (!Number.isFinite(value)) throw invalid(`Quota ${key} must be a finite number`)
  if (value <= 0) throw invalid(`Quota ${key} must be greater than 0`)
  if (kind === 'DOUBLE') return
  const most = kind === 'LONG' ? 2 ** 63 : 2 ** 31 - 1
  if (value > most)
    throw invalid(`Proposed value for ${key} is too large for ${kind === 'LONG' ? 'a LONG' : 'an INT'}.`)
  const tolerance = 1e-6
  if (Math.abs(Math.trunc(value + tolerance) - value) > tolerance) {
    throw invalid(`${key} cannot be a fractional value.`)
  }
}
