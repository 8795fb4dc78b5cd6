/** Rows of the metadata store that are read as they were written, by an id: one table for each subject. */

/** The level of a feature that was set; features without a row have the level that they came with. */
export interface StoredFeature {
  readonly level: number
}

/** What was set for one entity: quotas by the names of their keys. The id is `quotaEntityId`'s. */
export type StoredQuota = Readonly<Record<string, number>>

/** A SCRAM credential (RFC 5802), bytes in base64. The id is the mechanism and the user: `SCRAM-SHA-256/ann`. */
export interface StoredScram {
  readonly iterations: number
  readonly salt: string
  readonly storedKey: string
  readonly serverKey: string
}

/** An access rule, in the numbers of the protocol. The id is `aclId`'s. */
export interface StoredAcl {
  readonly resourceType: number
  readonly resourceName: string
  /** 3 is literal, 4 prefixed. */
  readonly patternType: number
  /** Kind and name: `User:ann`. */
  readonly principal: string
  readonly host: string
  readonly operation: number
  /** 2 denies, 3 allows. */
  readonly permissionType: number
}

/**
 * A delegation token (KIP-48); what proves that somebody has it is made of its id, which is the row's, and of a key that is
 * not kept here. Principals are kind and name.
 */
export interface StoredToken {
  readonly owner: string
  /** Who asked for it, perhaps on behalf of the owner (KIP-373). */
  readonly requester: string
  readonly renewers: readonly string[]
  readonly issuedMs: number
  readonly expiresMs: number
  /** No renewal takes it further. */
  readonly maxMs: number
}

/** Bytes that a cluster made for itself, in base64, and tells nobody. The id is what they are for. */
export interface StoredSecret {
  readonly bytes: string
}

/**
 * A topic that was deleted and whose logs may still be there under their own names, as a crash leaves them. The id is the
 * topic's.
 */
export interface StoredDeletion {
  readonly name: string
}

/** What an Apache Kafka's metadata log had, as a digest, when it was last found to be the same as here. The id is what is meant: `access`. */
export interface StoredAgreement {
  readonly digest: string
}

/** A topic that an Apache Kafka has had as well as we: where that one has it no more, it was deleted there. The id is the topic's. */
export interface StoredKafkaTopic {
  readonly name: string
}

export interface TableRows {
  readonly feature: StoredFeature
  readonly quota: StoredQuota
  readonly scram: StoredScram
  readonly acl: StoredAcl
  readonly token: StoredToken
  readonly secret: StoredSecret
  readonly deletion: StoredDeletion
  readonly agreement: StoredAgreement
  readonly kafkaTopic: StoredKafkaTopic
}

export type TableName = keyof TableRows

/** One object for as long as no row changes. */
export interface Table<V> {
  readonly size: number
  get(id: string): V | undefined
  entries(): Iterable<[string, V]>
}

export const tableNames: readonly TableName[] = [
  'feature',
  'quota',
  'scram',
  'acl',
  'token',
  'secret',
  'deletion',
  'agreement',
  'kafkaTopic',
]
