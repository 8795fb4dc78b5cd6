/**
 * The metadata store of a single process: keys in memory and, given a directory, every transaction in a journal that is
 * synced before anybody hears of it. Transactions that arrive during a sync share the next one.
 */
import { assert } from '../../platform/assert'
import { Deferred } from '../../platform/collections'
import type { Files } from '../../platform/files'
import { type Random, uuidHex } from '../../platform/random'
import { StorageFault } from '../../storage/fault'
import type {
  Compare,
  MetadataStore,
  Revision,
  StoreEntry,
  StoreEvent,
  Transaction,
  TransactionResult,
  Watcher,
} from './store'
import { type JournalEntry, StoreJournal } from './store-journal'

const pageEntries = 1000
/** Revisions remembered for watchers that begin a little behind, and the changes in all of them. */
const historyMax = 1000
const historyEventsMax = 20_000

export interface StoreContents {
  readonly revision: Revision
  readonly entries: readonly StoreEntry[]
}

interface Watch {
  readonly prefix: string
  readonly watcher: Watcher
}

interface Pending extends JournalEntry {
  readonly undo: readonly { readonly key: string; readonly before: StoreEntry | null }[]
  readonly done: Deferred<TransactionResult>
}

export class EmbeddedStore implements MetadataStore {
  /** What opening found: whether there were no files yet, and how much of a torn transaction was cut. */
  found = { isNew: true, cutBytes: 0 }
  /** Set to have a store in memory refuse every transaction, as the journal of one in a directory does on a full disk. */
  isFull = false
  readonly limits = { maxOps: 200_000, maxBytes: 64 * 1024 * 1024 }
  readonly #storeId: string
  readonly #journal: StoreJournal | null
  readonly #entries = new Map<string, StoreEntry>()
  readonly #watches = new Set<Watch>()
  readonly #history: JournalEntry[] = []
  #historyEvents = 0
  #pending: Pending[] = []
  #telling = false
  /** The newest revision given out, and the newest that is durable and told. */
  #newest: Revision
  #told: Revision
  #writing: Promise<void> | null = null
  #failure: unknown = null
  #closed = false

  private constructor(storeId: string, revision: Revision, journal: StoreJournal | null) {
    this.#storeId = storeId
    this.#newest = revision
    this.#told = revision
    this.#journal = journal
  }

  /** A store that lives as long as the process; it begins with the contents of another one, or with none. */
  static inMemory(random: Random, contents: StoreContents = { revision: 0, entries: [] }): EmbeddedStore {
    const store = new EmbeddedStore(uuidHex(random), contents.revision, null)
    for (const entry of contents.entries) store.#entries.set(entry.key, entry)
    return store
  }

  /** What a store in memory holds, to begin another one with. */
  contents(): StoreContents {
    assert(this.#journal === null, 'a store with a journal may hold what is not durable yet')
    return { revision: this.#told, entries: [...this.#entries.values()] }
  }

  /** The store of a data directory; see StoreJournal for what it throws. Nobody else may have the directory open. */
  static async open(
    files: Files,
    directory: string,
    random: Random,
    { endedCleanly = false } = {},
  ): Promise<EmbeddedStore> {
    const opened = await StoreJournal.open(files, directory, () => uuidHex(random), endedCleanly)
    const { journal, snapshot, later, isNew, cutBytes } = opened
    const store = new EmbeddedStore(snapshot.storeId, snapshot.revision, journal)
    store.found = { isNew, cutBytes }
    for (const entry of snapshot.entries) store.#entries.set(entry.key, entry)
    for (const { revision, events } of later) {
      assert(revision > store.#newest, 'revisions of a journal grow')
      for (const event of events) store.#apply(revision, event)
      store.#newest = store.#told = revision
    }
    return store
  }

  async identity() {
    return { storeId: this.#storeId, revision: this.#told }
  }

  async snapshot(prefix: string) {
    // What is applied but not yet durable must not be seen.
    while (this.#pending.length > 0 || this.#writing) await this.#writing
    const entries = [...this.#entries.values()]
      .filter(entry => entry.key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return { revision: this.#told, pages: inPages(entries) }
  }

  watch(prefix: string, after: Revision, watcher: Watcher) {
    const watch: Watch = { prefix, watcher }
    const oldest = this.#history[0]?.revision ?? this.#told + 1
    if (after < this.#told && after + 1 < oldest) {
      watcher.compacted(oldest)
      return { close() {} }
    }
    for (const entry of this.#history) if (entry.revision > after) deliver(watch, entry)
    this.#watches.add(watch)
    return { close: () => void this.#watches.delete(watch) }
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    assert(!this.#closed, 'a closed store takes no transactions')
    this.#checkLimits(transaction)
    if (this.#failure !== null) return { status: 'unknown', cause: this.#failure }
    if (!transaction.if.every(compare => this.#holds(compare))) return this.#rejected(transaction)
    if (transaction.do.length === 0) return { status: 'committed', revision: this.#newest }
    if (this.isFull) return { status: 'unknown', cause: new StorageFault('there is no room for metadata') }
    const revision = ++this.#newest
    const undo: { key: string; before: StoreEntry | null }[] = []
    const events: StoreEvent[] = []
    for (const operation of transaction.do) {
      const event: StoreEvent =
        operation.put === undefined
          ? { key: operation.remove, value: null }
          : { key: operation.put, value: operation.value }
      undo.push({ key: event.key, before: this.#entries.get(event.key) ?? null })
      events.push(event)
      this.#apply(revision, event)
    }
    const pending: Pending = { revision, events, undo, done: new Deferred() }
    this.#pending.push(pending)
    if (this.#journal === null) this.#tell()
    else this.#writing ??= this.#write(this.#journal)
    return pending.done.promise
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    while (this.#writing) await this.#writing
    await this.#journal?.close()
  }

  /** Answers once what the reads show is durable. */
  async #rejected(transaction: Transaction): Promise<TransactionResult> {
    const keys = new Set(transaction.if.map(compare => compare.key))
    const reads = [...keys].flatMap(key => this.#entries.get(key) ?? [])
    const revision = this.#newest
    while (this.#told < revision && this.#writing) await this.#writing
    return { status: 'rejected', revision, reads }
  }

  #checkLimits(transaction: Transaction): void {
    const { maxOps, maxBytes } = this.limits
    const keys = new Set(transaction.do.map(operation => operation.put ?? operation.remove))
    assert(keys.size === transaction.do.length, 'a key stands once in a transaction')
    let bytes = 0
    for (const operation of transaction.do) bytes += (operation.value?.length ?? 0) + 64
    if (transaction.do.length > maxOps) throw new RangeError(`more than ${maxOps} operations in a transaction`)
    if (bytes > maxBytes) throw new RangeError(`more than ${maxBytes} bytes in a transaction`)
  }

  #holds({ key, on, is, revision }: Compare): boolean {
    const stands = this.#entries.get(key)?.[on] ?? 0
    return is === '=' ? stands === revision : is === '<' ? stands < revision : stands > revision
  }

  #apply(revision: Revision, { key, value }: StoreEvent): void {
    if (value === null) this.#entries.delete(key)
    else
      this.#entries.set(key, { key, value, created: this.#entries.get(key)?.created ?? revision, modified: revision })
  }

  /** Writes until nothing waits. */
  async #write(journal: StoreJournal): Promise<void> {
    try {
      while (this.#pending.length > 0 && this.#failure === null) {
        const batch = this.#pending
        this.#pending = []
        try {
          await journal.append(batch.map(({ revision, events }) => ({ revision, events })))
        } catch (cause) {
          this.#giveUp(batch, journal, cause)
          continue
        }
        this.#pending.unshift(...batch)
        this.#tell(batch.length)
        if (journal.wantsFolding && this.#pending.length === 0) await this.#fold(journal)
      }
    } finally {
      this.#writing = null
    }
  }

  /**
   * The disk refused. Everything that waits is taken back; whether the disk holds it after all cannot be told. A full
   * disk may have room again for the next transaction, but after a failed sync nothing can be known any more, until
   * the store is opened anew.
   */
  #giveUp(batch: readonly Pending[], journal: StoreJournal, error: unknown): void {
    const says = `the metadata journal could not be written: ${(error as Error).message}`
    const cause = new StorageFault(says, { cause: error })
    if (journal.isLost) this.#failure = cause
    const waiting = [...batch, ...this.#pending]
    this.#pending = []
    for (const { undo } of waiting.toReversed()) {
      for (const { key, before } of undo) {
        if (before) this.#entries.set(key, before)
        else this.#entries.delete(key)
      }
    }
    this.#newest = this.#told
    for (const { done } of waiting) done.resolve({ status: 'unknown', cause })
  }

  async #fold(journal: StoreJournal): Promise<void> {
    try {
      await journal.fold({
        format: 1,
        storeId: this.#storeId,
        revision: this.#told,
        entries: [...this.#entries.values()],
      })
    } catch (cause) {
      // No room for the snapshot: nothing is lost, and it is tried again with the next transaction.
      if (journal.isLost) this.#giveUp([], journal, cause)
    }
  }

  /**
   * Lets everybody hear of the first `count` waiting transactions, then answers those who asked for them. A listener
   * may ask for the next transaction; the others hear of this one first.
   */
  #tell(count = Number.POSITIVE_INFINITY): void {
    if (this.#telling) return
    this.#telling = true
    try {
      for (let told = 0; told < count && this.#pending.length > 0; told++) {
        const { revision, events, done } = this.#pending.shift()!
        this.#told = revision
        this.#remember({ revision, events })
        for (const watch of this.#watches) deliver(watch, { revision, events })
        done.resolve({ status: 'committed', revision })
      }
    } finally {
      this.#telling = false
    }
  }

  #remember(entry: JournalEntry): void {
    this.#history.push(entry)
    this.#historyEvents += entry.events.length
    while (this.#history.length > historyMax || (this.#historyEvents > historyEventsMax && this.#history.length > 1)) {
      this.#historyEvents -= this.#history.shift()!.events.length
    }
  }
}

function deliver(watch: Watch, { revision, events }: JournalEntry): void {
  const seen = events.filter(event => event.key.startsWith(watch.prefix))
  if (seen.length > 0) watch.watcher.batch(revision, seen)
}

async function* inPages(entries: readonly StoreEntry[]): AsyncIterable<readonly StoreEntry[]> {
  for (let at = 0; at < entries.length; at += pageEntries) yield entries.slice(at, at + pageEntries)
}
