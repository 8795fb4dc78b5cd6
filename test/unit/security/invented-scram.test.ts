/** What a stranger sees of users that there are not: nothing that tells them from those that there are. */
import { createHash } from 'node:crypto'
import { kafkaSalt, scramMechanisms } from '../../../src/metadata/users/scram'
import type { StoredScram, Table } from '../../../src/metadata/image/tables'
import { inventedScram } from '../../../src/security/sasl/invented'

const [sha256, sha512] = scramMechanisms
const secret = Buffer.from('secret')

const keys = { storedKey: '', serverKey: '' }

function tableOf(rows: { readonly [id: string]: { iterations: number; salt: Buffer } }): Table<StoredScram> {
  const all = new Map<string, StoredScram>(
    Object.entries(rows).map(([id, { iterations, salt }]) => [
      id,
      { iterations, salt: salt.toString('base64'), ...keys },
    ]),
  )
  return { size: all.size, get: id => all.get(id), entries: () => all.entries() }
}

const noUsers = tableOf({})
const names = Array.from({ length: 2000 }, (_, nth) => `user-${nth}`)

test('the same whenever it is asked for, another for each name, mechanism and cluster', () => {
  const of = (more: Partial<Parameters<typeof inventedScram>[0]>, name = 'ann') =>
    inventedScram({ mechanism: sha256, secret, users: noUsers, ...more }, name, false)
  expect(of({})).toEqual(of({ users: tableOf({}) }))
  const others = [of({}, 'bob'), of({ mechanism: sha512 }), of({ secret: Buffer.from('other') })]
  expect(new Set([of({}), ...others].map(({ salt }) => salt)).size).toBe(4)
})

test('without users, and for tokens, as what Kafka makes by itself', () => {
  const users = tableOf({ 'SCRAM-SHA-256/ann': { iterations: 8192, salt: Buffer.alloc(16) } })
  const all = [
    ...names.map(name => inventedScram({ mechanism: sha256, secret, users: noUsers }, name, false)),
    ...names.map(name => inventedScram({ mechanism: sha256, secret, users }, name, true)),
  ]
  for (const { iterations, salt } of all) {
    expect(iterations).toBe(4096)
    expect(Buffer.from(salt, 'base64').toString()).toMatch(/^[0-9a-z]{20,26}$/)
  }
})

const bytes = (nth: number, length: number) => Buffer.alloc(length, nth + 200)

/** A third as clients of librdkafka make them, the others as Kafka's tools do. */
const mixed = (count: number) =>
  tableOf(
    Object.fromEntries(
      Array.from({ length: count }, (_, nth) => [
        `SCRAM-SHA-512/real-${nth}`,
        nth % 3 === 0
          ? { iterations: 10_000, salt: bytes(nth % 50, 100) }
          : { iterations: 4096, salt: kafkaSalt(createHash('sha512').update(String(nth)).digest()) },
      ]),
    ),
  )

const lookOf = ({ iterations, salt }: StoredScram) => {
  const text = Buffer.from(salt, 'base64').toString('latin1')
  return `${iterations} ${/^[0-9a-z]{20,26}$/.test(text) ? 'of Kafka' : text.length}`
}

test('as users have it, and as many of each kind as among them', () => {
  const users = mixed(300)
  const looks = names.map(name => lookOf(inventedScram({ mechanism: sha512, secret, users }, name, false)))
  const share = looks.filter(look => look === '10000 100').length / looks.length
  expect(new Set(looks)).toEqual(new Set(['10000 100', '4096 of Kafka']))
  expect(Math.abs(share - 1 / 3)).toBeLessThan(0.05)
})

test('a user who comes changes next to nothing of what others see', () => {
  const seen = (count: number) => {
    const users = mixed(count)
    return names.map(name => inventedScram({ mechanism: sha512, secret, users }, name, false).salt)
  }
  const [before, after] = [seen(300), seen(301)]
  expect(after.filter((salt, at) => salt !== before[at]).length).toBeLessThan(names.length / 50)
})
