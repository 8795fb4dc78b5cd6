/**
 * What every metadata store does, whatever it is kept in. A store is a line in metadata-store.test.ts; what this file
 * says is the specification of the port.
 */
import type { Compare, MetadataStore, StoreEntry, StoreEvent, StoreOperation } from '../../src/metadata/store/store'

export interface StoreBench {
  readonly store: MetadataStore
  /** Closes the store, and opens what it left behind; null where nothing outlives a store. */
  reopen: (() => Promise<MetadataStore>) | null
  dispose(): Promise<void>
}

const put = (key: string, value = 'v'): StoreOperation => ({ put: key, value })
const remove = (key: string): StoreOperation => ({ remove: key })
const absent = (key: string): Compare => ({ key, on: 'created', is: '=', revision: 0 })
const modified = (key: string, revision: number): Compare => ({ key, on: 'modified', is: '=', revision })

type Heard = [revision: number, events: StoreEvent[]]

export function describeMetadataStore(name: string, open: () => Promise<StoreBench>): void {
  describe(`metadata store in ${name}`, () => {
    let bench: StoreBench
    let store: MetadataStore

    beforeEach(async () => {
      bench = await open()
      store = bench.store
    })
    afterEach(() => bench.dispose())

    const commit = async (operations: StoreOperation[], compares: Compare[] = []): Promise<number> => {
      const result = await store.transact({ if: compares, do: operations })
      if (result.status !== 'committed') throw new Error(result.status)
      return result.revision
    }
    const entries = async (prefix = '', of = store): Promise<StoreEntry[]> => {
      const all: StoreEntry[] = []
      for await (const page of (await of.snapshot(prefix)).pages) all.push(...page)
      return all
    }
    const listen = (prefix = '', after = 0) => {
      const heard: Heard[] = []
      const watch = store.watch(prefix, after, {
        batch: (revision, events) => heard.push([revision, [...events]]),
        compacted: () => heard.push([-1, []]),
      })
      return { heard, watch }
    }

    describeTransactions(() => store, commit, entries)
    describeSnapshots(() => store, commit, entries)
    describeWatches(commit, listen)
    describeReopening(() => bench, commit, entries)
  })
}

type Commit = (operations: StoreOperation[], compares?: Compare[]) => Promise<number>
type Entries = (prefix?: string, of?: MetadataStore) => Promise<StoreEntry[]>
type Listen = (prefix?: string, after?: number) => { heard: Heard[]; watch: { close(): void } }

function describeTransactions(store: () => MetadataStore, commit: Commit, entries: Entries): void {
  it('begins empty, with an id of its own', async () => {
    const { storeId } = await store().identity()
    expect(storeId).toMatch(/^[0-9a-f]{32}$/)
    expect(await entries()).toEqual([])
  })

  it('makes one revision of each transaction, however much it does', async () => {
    const first = await commit([put('a'), put('b'), put('c')])
    const second = await commit([put('b', 'w'), remove('c')])
    expect(second).toBeGreaterThan(first)
    expect((await store().identity()).revision).toBe(second)
    expect(await entries()).toEqual([
      { key: 'a', value: 'v', created: first, modified: first },
      { key: 'b', value: 'w', created: first, modified: second },
    ])
  })

  it('forgets when a key was created once it is removed', async () => {
    await commit([put('a')])
    await commit([remove('a')])
    const again = await commit([put('a')], [absent('a')])
    expect(await entries()).toEqual([{ key: 'a', value: 'v', created: again, modified: again }])
  })

  it('does all when all comparisons hold, and nothing when one does not', async () => {
    const first = await commit([put('a')])
    expect(await store().transact({ if: [absent('a'), absent('b')], do: [put('b')] })).toEqual({
      status: 'rejected',
      revision: first,
      reads: [{ key: 'a', value: 'v', created: first, modified: first }],
    })
    const second = await commit([put('a', 'w'), put('b')], [modified('a', first), absent('b')])
    expect((await entries()).map(({ key, value }) => [key, value])).toEqual([
      ['a', 'w'],
      ['b', 'v'],
    ])
    expect(await store().transact({ if: [modified('a', first)], do: [remove('a')] })).toMatchObject({
      status: 'rejected',
    })
    for (const compare of [
      { key: 'a', on: 'modified', is: '>', revision: first },
      { key: 'a', on: 'created', is: '<', revision: second },
      { key: 'none', on: 'modified', is: '<', revision: 1 },
    ] as const) {
      expect(await store().transact({ if: [compare], do: [] })).toMatchObject({ status: 'committed' })
    }
  })

  it('lets exactly one of many win the same key', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, at) => store().transact({ if: [absent('lock')], do: [put('lock', String(at))] })),
    )
    expect(results.filter(({ status }) => status === 'committed')).toHaveLength(1)
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(19)
    expect(
      results.flatMap(result => (result.status === 'rejected' ? result.reads.map(({ value }) => value) : [])),
    ).toEqual(Array.from({ length: 19 }, () => '0'))
  })

  it('counts no revision for a transaction that does nothing', async () => {
    const revision = await commit([put('a')])
    expect(await commit([])).toBe(revision)
    expect((await store().identity()).revision).toBe(revision)
  })

  it('keeps any text under any key', async () => {
    const odd = ['conf/topic/a/b', 'ключ', '"\\\n\u0000', '']
    await commit(odd.map(text => put(`x/${text}`, text)))
    expect(new Map((await entries('x/')).map(({ key, value }) => [key, value]))).toEqual(
      new Map(odd.map(text => [`x/${text}`, text])),
    )
  })

  it('refuses transactions above its limits before it does anything', async () => {
    const { maxOps } = store().limits
    const many = Array.from({ length: maxOps + 1 }, (_, at) => put(`k${at}`))
    await expect(store().transact({ if: [], do: many })).rejects.toThrow(RangeError)
    expect(await entries()).toEqual([])
  })
}

function describeSnapshots(store: () => MetadataStore, commit: Commit, entries: Entries): void {
  it('tells what lies under a prefix, in the order of keys, as of one revision', async () => {
    await commit([put('b/2'), put('b/10'), put('a/1'), put('c/1'), put('b/1')])
    expect((await entries('b/')).map(({ key }) => key)).toEqual(['b/1', 'b/10', 'b/2'])
    const { revision, pages } = await store().snapshot('b/')
    await commit([put('b/3')])
    const seen: string[] = []
    for await (const page of pages) seen.push(...page.map(({ key }) => key))
    expect(seen).toEqual(['b/1', 'b/10', 'b/2'])
    expect((await store().identity()).revision).toBeGreaterThan(revision)
  })

  it('tells many entries in pages', async () => {
    await commit(Array.from({ length: 2500 }, (_, at) => put(`k/${String(at).padStart(5, '0')}`, String(at))))
    const sizes: number[] = []
    for await (const page of (await store().snapshot('k/')).pages) sizes.push(page.length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2500)
    expect(sizes.length).toBeGreaterThan(1)
  })
}

function describeWatches(commit: Commit, listen: Listen): void {
  it('tells whole revisions in their order, before the transaction is answered', async () => {
    const { heard } = listen()
    const first = await commit([put('a'), put('b')])
    expect(heard).toEqual([
      [
        first,
        [
          { key: 'a', value: 'v' },
          { key: 'b', value: 'v' },
        ],
      ],
    ])
    const rest = await Promise.all([commit([put('c')]), commit([remove('a')]), commit([put('c', 'w')])])
    expect(heard.map(([revision]) => revision)).toEqual([first, ...rest])
    expect(heard[2]![1]).toEqual([{ key: 'a', value: null }])
  })

  it('tells only of its prefix, and nothing once it is closed', async () => {
    const { heard, watch } = listen('a/')
    const first = await commit([put('a/1'), put('b/1')])
    await commit([put('b/2')])
    watch.close()
    await commit([put('a/2')])
    expect(heard).toEqual([[first, [{ key: 'a/1', value: 'v' }]]])
  })

  it('tells of nothing that was refused', async () => {
    await commit([put('a')])
    const { heard } = listen('', 1)
    await expect(commit([put('b')], [absent('a')])).rejects.toThrow('rejected')
    expect(heard).toEqual([])
  })

  it('resumes behind a revision, or says that it cannot', async () => {
    const first = await commit([put('a')])
    const second = await commit([put('b')])
    expect(listen('', first).heard.map(([revision]) => revision)).toEqual([second])
    expect(listen('', second).heard).toEqual([])
    for (let at = 0; at < 1200; at++) await commit([put('many', String(at))])
    expect(listen('', first).heard).toEqual([[-1, []]])
  })

  it('lets a listener ask for the next transaction: all hear of both in the same order', async () => {
    const orders: number[][] = [[], []]
    const done: Promise<number>[] = []
    const { heard } = listen()
    const push = heard.push.bind(heard)
    heard.push = (...items) => {
      orders[0]!.push(...items.map(([revision]) => revision))
      if (orders[0]!.length === 1) done.push(commit([put('second')]))
      return push(...items)
    }
    const late = listen()
    await commit([put('first')])
    await Promise.all(done)
    orders[1] = late.heard.map(([revision]) => revision)
    expect(orders[0]).toHaveLength(2)
    expect(orders[1]).toEqual(orders[0])
  })
}

function describeReopening(bench: () => StoreBench, commit: Commit, entries: Entries): void {
  it('is the same when it is opened again, where anything is kept at all', async () => {
    const { reopen, store } = bench()
    if (reopen === null) return
    await commit([put('a'), put('b')])
    await commit([put('a', 'w'), remove('b')])
    const before = { ...(await store.identity()), all: await entries() }
    const again = await reopen()
    expect({ ...(await again.identity()), all: await entries('', again) }).toEqual(before)
    const result = await again.transact({ if: [absent('b')], do: [put('b')] })
    expect(result).toEqual({ status: 'committed', revision: before.revision + 1 })
  })
}
