/** The option `sasl`. */
import { checkOptions, startOptionsOf } from '../../../src/embedded/options'
import { EngineBench } from '../../support/engine-bench'
import { DescribeUserScramCredentials } from '../../../src/protocol/messages/describe-user-scram-credentials'
import { SaslAuthenticate } from '../../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../../src/protocol/messages/sasl-handshake'

const ann = { name: 'ann', password: 'a "secret" with \\' }
const sasl = { users: [ann, { name: 'bob', password: 'b', mechanism: 'PLAIN' }] } as const

test('users come in by what they may, here and in forks, and others do not', async () => {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ sasl, topics: ['orders'] })
  const empty = await at.ask(cluster, 'fork', { from: 'empty' })
  const fork = await at.ask(cluster, 'fork', { from: null })
  await at.ask(cluster, 'reset', { keepTopics: false, keepGroups: false })
  for (const at_ of [port, empty.port, fork.port]) {
    const come = async (name: string, password: string) => {
      const client = await at.connect(at_)
      const { mechanisms } = await at.world.until(client.request(SaslHandshake, 1, { mechanism: 'PLAIN' }))
      expect(mechanisms).toEqual(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
      const authBytes = Buffer.from(`\0${name}\0${password}`)
      const { errorCode } = await at.world.until(client.request(SaslAuthenticate, 2, { authBytes }))
      return errorCode === 0 ? client : null
    }
    expect(await come('bob', 'x')).toBeNull()
    expect(await come('bob', 'b')).not.toBeNull()
    const client = (await come(ann.name, ann.password))!
    const { results } = await at.world.until(client.request(DescribeUserScramCredentials, 0, { users: null }))
    expect(results).toMatchObject([
      {
        user: 'ann',
        credentialInfos: [
          { mechanism: 1, iterations: 4096 },
          { mechanism: 2, iterations: 4096 },
        ],
      },
    ])
    await expect(
      at.world.until((await at.connect(at_)).request(DescribeUserScramCredentials, 0, { users: null })),
    ).rejects.toThrow()
  }
})

test('settings of those mechanisms that somebody has', () => {
  const only = { users: [{ name: 'ann', password: 'a', mechanism: 'SCRAM-SHA-512' }] } as const
  expect(startOptionsOf({ sasl: only, config: { 'num.partitions': 3 } })).toMatchObject({
    set: ['listeners=SASL_PLAINTEXT://:0', 'sasl.enabled.mechanisms=SCRAM-SHA-512', 'num.partitions=3'],
    scramUsers: [{ name: 'ann', password: 'a', mechanism: 'SCRAM-SHA-512' }],
  })
  expect(startOptionsOf({})).toMatchObject({ set: [], scramUsers: [] })
})

test.each([
  [{}, 'sasl of startBroker needs users.'],
  [{ users: [] }, 'users of sasl of startBroker is a list of one or more.'],
  [{ users: [{ name: 'ann' }] }, 'users of sasl of startBroker needs password.'],
  [{ users: [{ name: 'ann smith', password: 'a' }] }, 'a name of letters, digits'],
  [{ users: [{ name: 'ann', password: '' }] }, 'a text that is not empty'],
  [{ users: [{ name: 'ann', password: 'a', mechanism: 'GSSAPI' }] }, "'SCRAM-SHA-512', not 'GSSAPI'"],
  [{ users: [ann, { ...ann, mechanism: 'PLAIN' }] }, 'sasl of startBroker has ann twice for PLAIN.'],
  [{ users: [ann], mechanism: 'PLAIN' }, "sasl of startBroker has no option 'mechanism'."],
])('%j is refused', (wrong, says) => {
  expect(() => checkOptions({ sasl: wrong as never })).toThrow(says)
})

test('beside listeners of the config it is refused', () => {
  const config = { listeners: 'PLAINTEXT://:9092' }
  expect(() => checkOptions({ sasl, config })).toThrow('give one of them')
})
