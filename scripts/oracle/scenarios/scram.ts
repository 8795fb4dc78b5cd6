/** SCRAM credentials: set, told of, removed (KIP-554). */
import { AlterUserScramCredentials } from '../../../src/protocol/messages/alter-user-scram-credentials'
import { DescribeUserScramCredentials } from '../../../src/protocol/messages/describe-user-scram-credentials'
import { published } from '../published'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject } from '../subject'

const salt = Buffer.from('0123456789abcdef')
const password = Buffer.alloc(32, 7)

interface Upsertion {
  readonly name: string
  readonly mechanism?: number
  readonly iterations?: number
  readonly salt?: Buffer
  readonly saltedPassword?: Buffer
}

const of = (user: string, ...mechanisms: number[]) => mechanisms.map(mechanism => [user, mechanism] as const)

function asker(subject: Subject) {
  const alter = (upsertions: readonly Upsertion[], deletions: readonly (readonly [string, number])[] = []) =>
    subject.ask(AlterUserScramCredentials, {
      deletions: deletions.map(([name, mechanism]) => ({ name, mechanism })),
      upsertions: upsertions.map(row => ({ mechanism: 1, iterations: 4096, salt, saltedPassword: password, ...row })),
    })
  const describe = async (users: readonly string[] | null) => {
    await published(subject)
    return subject.ask(DescribeUserScramCredentials, { users: users && users.map(name => ({ name })) })
  }
  return { alter, describe }
}

async function alters(subject: Subject): Promise<void> {
  const { alter, describe } = asker(subject)
  const [ann, bob] = [subject.name('ann'), subject.name('bob')]
  await alter([{ name: ann }])
  await alter([{ name: ann, mechanism: 2, iterations: 8192 }])
  await describe([ann])
  await describe([ann, bob])
  await describe([ann, ann])
  await describe([''])
  await alter([{ name: '' }])
  await alter([{ name: bob, mechanism: 0 }])
  await alter([{ name: bob, mechanism: 3 }])
  await alter([{ name: bob, mechanism: -1 }])
  for (const iterations of [-1, 0, 1, 4095, 16384, 16385, 2 ** 31 - 1]) await alter([{ name: bob, iterations }])
  await alter([{ name: bob, mechanism: 2, iterations: 4095 }])
  await alter([{ name: bob, salt: Buffer.alloc(0) }])
  await alter([{ name: bob, saltedPassword: Buffer.alloc(0) }])
  await alter([{ name: bob, saltedPassword: Buffer.alloc(3) }])
  await describe([bob])
  await alter([], [[bob, 2]])
  await alter([], [[bob, 9]])
  await alter([], [['', 1]])
  await alter([], [[bob, 0]])
}

/** Users who stand in a request more than once. */
async function altersTwice(subject: Subject): Promise<void> {
  const { alter, describe } = asker(subject)
  const [ann, bob] = [subject.name('ann'), subject.name('bob')]
  await alter([{ name: ann }, { name: bob }])
  await alter([{ name: ann, mechanism: 2, iterations: 8192 }])
  await alter([{ name: bob }], [[bob, 1]])
  await alter([{ name: bob }, { name: bob }])
  await alter([{ name: bob }, { name: bob, mechanism: 2 }])
  await alter([], of(bob, 1, 9))
  await alter([], of(bob, 9, 1))
  await alter([{ name: bob }, { name: bob, mechanism: 9 }])
  await alter([{ name: bob, mechanism: 9 }, { name: bob }])
  await alter([{ name: bob, mechanism: 9 }], [[bob, 1]])
  await alter([{ name: bob }], [[bob, 9]])
  await describe([bob])
  await alter([{ name: bob }], [[bob, 2]])
  await alter([], of(bob, 1, 1))
  await alter(
    [],
    [
      [ann, 1],
      [bob, 1],
    ],
  )
  await describe([ann, bob])
  await alter(
    [],
    [
      [ann, 2],
      [bob, 2],
    ],
  )
  await describe([ann, bob])
  await alter([], [[ann, 2]])
  await alter([])
  await alter([{ name: 'ann,=/:ü' }, { name: ann }, { name: '' }], [['x'.repeat(300), 1]])
  await alter(
    [],
    [
      ['ann,=/:ü', 1],
      [ann, 1],
    ],
  )
}

/** Asks for everybody, and notes those of this scenario: others play beside it, with users of their own. */
async function describesAll(subject: Subject): Promise<void> {
  const { alter } = asker(subject)
  const [one, two] = [subject.name('one'), subject.name('two')]
  const note = async (label: string, users: readonly { name: string }[] | null) => {
    await published(subject)
    const { results, ...rest } = await subject.quiet(DescribeUserScramCredentials, { users })
    const own = results.filter(({ user }) => user === one || user === two).sort((a, b) => (a.user < b.user ? -1 : 1))
    subject.note(label, { ...rest, own })
  }
  await alter([{ name: one }, { name: two, mechanism: 2 }])
  await note('of all', null)
  await note('of a list of nobody', [])
  await alter(
    [],
    [
      [one, 1],
      [two, 2],
    ],
  )
  await note('of all, once removed', null)
}

export const scramScenarios: readonly Scenario[] = [
  eachVersion(AlterUserScramCredentials, 'scram credentials', alters),
  eachVersion(AlterUserScramCredentials, 'scram credentials: twice', altersTwice),
  eachVersion(DescribeUserScramCredentials, 'scram credentials: all', describesAll),
]
