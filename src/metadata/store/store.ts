/**
 * The port under all metadata: versioned keys, compare-and-swap transactions, and a watch that delivers whole
 * revisions. The image is replayed from the watch and from nothing else. `test/conformance/metadata-store.ts` is the
 * specification.
 *
 * Each transaction that changes something is one revision, and revisions grow. A key remembers the revision that
 * created it and the one that changed it last; a key that is absent compares as revision 0.
 */

export type Revision = number

export interface StoreEntry {
  readonly key: string
  readonly value: string
  readonly created: Revision
  readonly modified: Revision
}

export interface Compare {
  readonly key: string
  readonly on: 'created' | 'modified'
  readonly is: '=' | '<' | '>'
  /** 0 stands for an absent key. */
  readonly revision: Revision
}

export type StoreOperation =
  | { readonly put: string; readonly value: string; readonly remove?: never }
  | { readonly remove: string; readonly put?: never; readonly value?: never }

export interface Transaction {
  /** Every comparison must hold, or nothing is done. */
  readonly if: readonly Compare[]
  /** Done together, or not at all. A key may stand in it once. */
  readonly do: readonly StoreOperation[]
}

export type TransactionResult =
  | { readonly status: 'committed'; readonly revision: Revision }
  /** A comparison failed. `reads` are the entries of the compared keys, absent ones left out. */
  | { readonly status: 'rejected'; readonly revision: Revision; readonly reads: readonly StoreEntry[] }
  /** Whether it was done cannot be told: the store failed or did not answer. */
  | { readonly status: 'unknown'; readonly cause: unknown }

export interface StoreEvent {
  readonly key: string
  /** Null where the key was removed. */
  readonly value: string | null
}

export interface Watcher {
  /** All changes of one revision under the prefix; never part of one, never out of order. */
  batch(revision: Revision, events: readonly StoreEvent[]): void
  /** The revisions asked for are forgotten: nothing more will come. Take a snapshot and watch from there. */
  compacted(oldest: Revision): void
}

export interface MetadataStore {
  readonly limits: { readonly maxOps: number; readonly maxBytes: number }
  /** An id made when the store was made, and the newest revision. */
  identity(): Promise<{ readonly storeId: string; readonly revision: Revision }>
  /** All entries under a prefix as of one revision, in pages, in the order of their keys. */
  snapshot(
    prefix: string,
  ): Promise<{ readonly revision: Revision; readonly pages: AsyncIterable<readonly StoreEntry[]> }>
  /** Delivers every revision after `after`. */
  watch(prefix: string, after: Revision, watcher: Watcher): { close(): void }
  /**
   * Resolves when the outcome is durable. Those who watch hear of a committed transaction before it resolves. Throws
   * RangeError when a transaction is larger than the store's limits.
   */
  transact(transaction: Transaction): Promise<TransactionResult>
  close(): Promise<void>
}
