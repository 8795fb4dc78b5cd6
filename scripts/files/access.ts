/**
 * A directory that a Kafka wrote in which somebody is denied something: its access rules, quotas, SCRAM users, delegation tokens and
 * levels of features are ours when we open it, from its log and from its snapshots, and its users come in as they did.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { AlterClientQuotas } from '../../src/protocol/messages/alter-client-quotas'
import { AlterUserScramCredentials } from '../../src/protocol/messages/alter-user-scram-credentials'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { CreateAcls } from '../../src/protocol/messages/create-acls'
import { CreateDelegationToken } from '../../src/protocol/messages/create-delegation-token'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteAcls } from '../../src/protocol/messages/delete-acls'
import { DescribeAcls } from '../../src/protocol/messages/describe-acls'
import { DescribeClientQuotas } from '../../src/protocol/messages/describe-client-quotas'
import { DescribeDelegationToken } from '../../src/protocol/messages/describe-delegation-token'
import { DescribeUserScramCredentials } from '../../src/protocol/messages/describe-user-scram-credentials'
import { ExpireDelegationToken } from '../../src/protocol/messages/expire-delegation-token'
import { Produce } from '../../src/protocol/messages/produce'
import { RenewDelegationToken } from '../../src/protocol/messages/renew-delegation-token'
import { SaslAuthenticate } from '../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../src/protocol/messages/sasl-handshake'
import { UpdateFeatures } from '../../src/protocol/messages/update-features'
import { Broker } from '../judge/broker'
import { kafka, kafkaVersion } from '../judge/kafka'
import { odradek } from '../judge/odradek'
import { temporaryDir, until } from '../judge/process'
import { batch } from '../oracle/batches'
import { enroll, plainToken, saslSettings } from '../oracle/talk'
import { Wire } from '../oracle/wire'
import { loginsOf } from './logins'

const topic = 'guarded'
const [deny, allow] = [2, 3]
const everything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}

async function login(port: number, user: 'admin' | 'ann'): Promise<Wire> {
  const wire = await Wire.open(port)
  await wire.ask(SaslHandshake, 1, { mechanism: 'PLAIN' })
  const { errorCode } = await wire.ask(SaslAuthenticate, 2, { authBytes: plainToken(user) })
  if (errorCode !== 0) throw new Error(`${user} is not let in: ${errorCode}`)
  return wire
}

const aclOf = (principal: string, permissionType: number, more: object = {}) => ({
  resourceType: 2,
  resourceName: topic,
  resourcePatternType: 3,
  principal,
  host: '*',
  operation: 4,
  permissionType,
  ...more,
})

/** Quotas of several kinds of entities; one is set and taken away again, of one only a part. */
async function makeQuotas(wire: Wire): Promise<void> {
  const entity = (...kinds: [string, string | null][]) =>
    kinds.map(([entityType, entityName]) => ({ entityType, entityName }))
  const set = (key: string, value: number) => ({ key, value, remove: false })
  const unset = (key: string) => ({ key, value: 0, remove: true })
  const both = [set('producer_byte_rate', 1e6), set('consumer_byte_rate', 2e6)]
  for (const entries of [
    [
      { entity: entity(['user', 'ann']), ops: both },
      { entity: entity(['client-id', null]), ops: [set('request_percentage', 12.5)] },
      { entity: entity(['user', null], ['client-id', 'c']), ops: [set('controller_mutation_rate', 3.5)] },
      { entity: entity(['ip', '10.0.0.1']), ops: [set('connection_creation_rate', 7)] },
      { entity: entity(['user', 'gone']), ops: both },
    ],
    [
      { entity: entity(['user', 'gone']), ops: [unset('producer_byte_rate'), unset('consumer_byte_rate')] },
      { entity: entity(['user', 'ann']), ops: [unset('consumer_byte_rate')] },
    ],
  ]) {
    await wire.ask(AlterClientQuotas, 1, { entries, validateOnly: false })
  }
}

/** One that is renewed, and one that is ended. */
async function makeTokens(wire: Wire): Promise<void> {
  const known = async () => (await wire.ask(DescribeDelegationToken, 3, { owners: null })).tokens
  const make = async (renewer: string) => {
    const asked = { renewers: [{ principalType: 'User', principalName: renewer }], maxLifetimeMs: 86_400_000 }
    const { errorCode, tokenId, hmac } = await wire.ask(CreateDelegationToken, 3, asked)
    if (errorCode !== 0) throw new Error(`no token: ${errorCode}`)
    await until('a token', 20_000, async () => (await known()).some(token => token.tokenId === tokenId))
    return hmac
  }
  const renewed = await wire.ask(RenewDelegationToken, 2, { hmac: await make('ann'), renewPeriodMs: 3_600_000 })
  const ended = await wire.ask(ExpireDelegationToken, 2, { hmac: await make('gone'), expiryTimePeriodMs: -1 })
  if (renewed.errorCode !== 0 || ended.errorCode !== 0) throw new Error('a token is not renewed and ended')
  await until('one token', 20_000, async () => (await known()).length === 1)
}

async function make(port: number): Promise<void> {
  await enroll(port)
  const wire = await login(port, 'admin')
  const topics = [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  await wire.ask(CreateTopics, 5, { topics, timeoutMs: 10_000 })
  const creations = [
    aclOf('User:ann', deny),
    aclOf('User:*', allow),
    aclOf('User:bob', allow, { resourceName: 'gu', resourcePatternType: 4, host: '10.0.0.1', operation: 3 }),
    aclOf('User:gone', deny),
  ]
  await wire.ask(CreateAcls, 3, { creations })
  await until('the rules', 20_000, async () =>
    (await rules(wire)).some(rule => JSON.stringify(rule).includes('User:gone')),
  )
  await wire.ask(DeleteAcls, 3, { filters: [{ ...everything, principalFilter: 'User:gone' }] })
  await makeQuotas(wire)
  await wire.ask(AlterUserScramCredentials, 0, { deletions: [{ name: 'only256', mechanism: 1 }], upsertions: [] })
  await makeTokens(wire)
  const featureUpdates = [{ feature: 'transaction.version', maxVersionLevel: 1, upgradeType: 2 }]
  await wire.ask(UpdateFeatures, 1, { timeoutMs: 10_000, featureUpdates })
  await until('all that was made', 20_000, async () => {
    const told = JSON.stringify(await describe(wire))
    return !/gone|only256/.test(told) && told.includes('transaction.version\\":1')
  })
  wire.close()
}

const rules = async (wire: Wire) => (await wire.ask(DescribeAcls, 3, everything)).resources

const served = ['metadata.version', 'transaction.version', 'eligible.leader.replicas.version']

/** All of it, in an order of its own. */
async function describe(wire: Wire): Promise<Readonly<Record<string, unknown>>> {
  const sorted = (list: readonly unknown[]) => list.map(each => JSON.stringify(each)).sort()
  const { finalizedFeatures } = await wire.ask(ApiVersions, 3, { clientSoftwareName: 'f', clientSoftwareVersion: '1' })
  const levels = finalizedFeatures.filter(({ name }) => served.includes(name))
  const tokens = (await wire.ask(DescribeDelegationToken, 3, { owners: null })).tokens
  const quotas = await wire.ask(DescribeClientQuotas, 1, { components: [], strict: false })
  const acls = (await rules(wire)).flatMap(({ acls: each, ...resource }) => each.map(acl => ({ ...resource, ...acl })))
  return {
    acls: sorted(acls),
    quotas: sorted((quotas.entries ?? []).map(({ entity, values }) => [sorted(entity), sorted(values)])),
    scram: sorted(
      (await wire.ask(DescribeUserScramCredentials, 0, { users: null })).results.map(({ user, credentialInfos }) => [
        user,
        sorted(credentialInfos),
      ]),
    ),
    tokens: sorted(tokens.map(token => ({ ...token, hmac: token.hmac.toString('hex') }))),
    levels: sorted(levels.map(({ name, maxVersionLevel }) => ({ [name]: maxVersionLevel }))),
  }
}

async function errorOfAnn(port: number): Promise<number> {
  const wire = await login(port, 'ann')
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: batch(['v']) }] }]
  const { responses } = await wire.ask(Produce, 9, { acks: -1, timeoutMs: 5000, topicData })
  wire.close()
  return responses[0]!.partitionResponses[0]!.errorCode
}

async function told(port: number): Promise<Readonly<Record<string, unknown>>> {
  const wire = await login(port, 'admin')
  const [token] = (await wire.ask(DescribeDelegationToken, 3, { owners: null })).tokens
  const logins = await loginsOf(port, { id: token!.tokenId, hmac: token!.hmac.toString('base64') })
  if (!logins.some(each => each.endsWith(': in'))) throw new Error('nobody comes in')
  const all = { ...(await describe(wire)), logins, annWrites: await errorOfAnn(port) }
  wire.close()
  return all
}

/** As a disk damages it: one byte in the middle is another. */
function damage(file: string): void {
  const bytes = readFileSync(file)
  const middle = bytes.length >> 1
  bytes[middle] = bytes[middle]! ^ 0xff
  writeFileSync(file, bytes)
}

/** What is damaged in its metadata log may have been a rule: with an authorizer it is not opened. */
async function refuses(dataDir: string): Promise<void> {
  const data = path.join(temporaryDir('judge-unread-'), 'data')
  cpSync(dataDir, data, { recursive: true })
  const log = path.join(data, '__cluster_metadata-0')
  for (const name of readdirSync(log).filter(each => /^\d{20}\S*\.(log|checkpoint)$/.test(each)))
    damage(path.join(log, name))
  try {
    // Twice, since a refusal that leaves a cluster of its own behind would let the second start in.
    for (let round = 0; round < 2; round++) {
      const said = await refusalOf(data)
      if (!said.includes('access rules')) throw new Error(`not refused for its rules: ${said}`)
    }
  } finally {
    rmSync(path.dirname(data), { recursive: true, force: true })
  }
}

async function refusalOf(dataDir: string): Promise<string> {
  const ours = odradek({ profile: 'strict', protocol: 'SASL_PLAINTEXT' })
  const started = await Broker.start(ours, { settings: saslSettings, dataDir }).catch((error: unknown) => String(error))
  if (typeof started === 'string') return started
  await started.dispose()
  throw new Error('a directory whose rules nobody knows was opened with an authorizer')
}

async function once(snapshots: boolean): Promise<string> {
  const between = snapshots ? { 'metadata.log.max.record.bytes.between.snapshots': '1' } : {}
  const theirs = await Broker.start(kafka('512m', kafkaVersion, 'SASL_PLAINTEXT'), {
    settings: { ...saslSettings, ...between },
  })
  try {
    await make(theirs.port)
    const expected = await told(theirs.port)
    const log = path.join(theirs.dataDir, '__cluster_metadata-0')
    const checkpoints = () =>
      readdirSync(log).filter(name => /^\d{20}-\d{10}\.checkpoint$/.test(name) && !/^0+-/.test(name))
    if (snapshots) await until('a snapshot', 30_000, () => checkpoints().length > 0)
    await theirs.stop()
    await refuses(theirs.dataDir)
    const own = odradek({ profile: 'strict', protocol: 'SASL_PLAINTEXT' })
    const ours = await Broker.start(own, { settings: saslSettings, dataDir: theirs.dataDir })
    try {
      const found = await told(ours.port)
      for (const [what, value] of Object.entries(expected)) {
        const [a, b] = [JSON.stringify(value, null, 1), JSON.stringify(found[what], null, 1)]
        if (a !== b) throw new Error(`${what} of Kafka\n${a}\nand ours\n${b}`)
      }
    } finally {
      await ours.stop()
    }
    const counts = Object.entries(expected).map(
      ([what, value]) => `${Array.isArray(value) ? value.length : JSON.stringify(value)} ${what}`,
    )
    return `${checkpoints().length > 0 ? 'from snapshots and the log' : 'from the log'}: ${counts.join(', ')}`
  } finally {
    await theirs.dispose()
  }
}

export async function accessTakenOver(): Promise<string[]> {
  const says: string[] = []
  for (const snapshots of [false, true]) says.push(`what a Kafka knew of access, ${await once(snapshots)}`)
  return says
}
