/** Users and rules that change while somebody is connected: what goes on, and what a new connection or a new login finds. */
import crypto from 'node:crypto'
import { AlterUserScramCredentials } from '../../../src/protocol/messages/alter-user-scram-credentials'
import { CreateAcls } from '../../../src/protocol/messages/create-acls'
import { DeleteAcls } from '../../../src/protocol/messages/delete-acls'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { sleep } from '../../judge/process'
import { types } from '../guest'
import type { Scenario } from '../scenario'
import type { Subject } from '../subject'
import { plainToken, Talk } from '../talk'

const mechanism = 'SCRAM-SHA-256'
/** Kafka answers a change before all of it has come to those who let users in; and a new handshake at once is out of turn. */
const settled = () => sleep(1500)

/** On the connection by which the scenario asks. */
async function admin(subject: Subject): Promise<void> {
  const talk = new Talk(subject)
  await talk.handshake('PLAIN')
  await talk.token(plainToken('admin'))
}

async function login(talk: Talk, user: string, password: string): Promise<Talk> {
  await talk.handshake(mechanism)
  await talk.scram(mechanism, user, password)
  await talk.metadata()
  return talk
}

async function scramUser(subject: Subject): Promise<void> {
  const user = subject.name('sam')
  const upsert = async (password: string) => {
    const salt = Buffer.from('salt of sam')
    const saltedPassword = crypto.pbkdf2Sync(password, salt, 4096, 32, 'sha256')
    const upsertions = [{ name: user, mechanism: 1, iterations: 4096, salt, saltedPassword }]
    await subject.ask(AlterUserScramCredentials, { deletions: [], upsertions })
    await settled()
  }
  await admin(subject)
  await upsert('one')
  const first = await login(new Talk(subject, 'first'), user, 'one')
  const second = await login(new Talk(subject, 'second'), user, 'one')
  const third = await login(new Talk(subject, 'third'), user, 'one')
  await upsert('two')
  await first.metadata()
  await login(new Talk(subject, 'late with the old one'), user, 'one')
  await login(new Talk(subject, 'late with the new one'), user, 'two')
  await login(first, user, 'two')
  await login(second, user, 'one')
  await subject.ask(AlterUserScramCredentials, { deletions: [{ name: user, mechanism: 1 }], upsertions: [] })
  await settled()
  await third.metadata()
}

async function rules(subject: Subject): Promise<void> {
  const topic = subject.name('t')
  const rule = { resourceType: types.topic, resourceName: topic, principal: 'User:ann', host: '*', operation: 8 }
  await admin(subject)
  const ann = new Talk(subject, 'ann')
  await ann.handshake('PLAIN')
  await ann.token(plainToken('ann'))
  const look = async () => {
    const topics = [{ name: topic }]
    const shown = (reply: { readonly topics: readonly { readonly errorCode: number }[] }) =>
      reply.topics.map(({ errorCode }) => errorCode)
    await ann.ask(Metadata, 9, { topics, allowAutoTopicCreation: false }, shown)
  }
  await look()
  const creations = [{ ...rule, resourcePatternType: 3, permissionType: 2 }]
  await subject.ask(CreateAcls, { creations })
  await settled()
  await look()
  const filters = [
    {
      resourceTypeFilter: rule.resourceType,
      resourceNameFilter: topic,
      patternTypeFilter: 3,
      principalFilter: null,
      hostFilter: null,
      operation: 1,
      permissionType: 1,
    },
  ]
  await subject.ask(DeleteAcls, { filters })
  await settled()
  await look()
}

const scenarios = { 'a user of scram': scramUser, 'access rules': rules }

export const changedLoginScenarios: readonly Scenario[] = Object.entries(scenarios).map(([what, play]) => ({
  name: `sasl changes while somebody is connected: ${what}`,
  needs: 'sasl',
  play,
}))
