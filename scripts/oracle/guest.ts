/** A client that may do nothing but what a scenario allows it, beside one that may do everything. */
import { CreateAcls } from '../../src/protocol/messages/create-acls'
import { DescribeAcls } from '../../src/protocol/messages/describe-acls'
import { sleep } from '../judge/process'
import { authorizerSettings, type Settings } from '../judge/security'
import type { Subject } from './subject'
import { Wire } from './wire'

/** For brokers of which `admit` makes one where nobody may do anything but the administrator. */
export const securedSettings: Settings = {
  ...authorizerSettings,
  // Somebody takes the metrics of clients: `java/Receiver.java`, and for ours this setting.
  'metric.reporters': 'Receiver',
  'odradek.client.telemetry': 'true',
}

export const types = { topic: 2, group: 3, cluster: 4, transactionalId: 5, delegationToken: 6, user: 7 } as const
export const operations = {
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
  createTokens: 13,
  describeTokens: 14,
} as const

const everybody = 'User:ANONYMOUS'
const literal = 3
const prefixed = 4
const denies = 2
const allows = 3

/** Rules about everything there is, for who comes from 127.0.0.1: with them, everybody else is denied. */
export async function admit(port: number): Promise<void> {
  const wire = await Wire.open(port)
  try {
    const creations = Object.values(types).map(resourceType => ({
      resourceType,
      resourceName: resourceType === types.cluster ? 'kafka-cluster' : '*',
      resourcePatternType: literal,
      principal: everybody,
      host: '127.0.0.1',
      operation: operations.all,
      permissionType: allows,
    }))
    await wire.ask(CreateAcls, 3, { creations })
    await untilHeard(asked => wire.ask(DescribeAcls, 3, asked), '127.0.0.1', creations.length)
  } finally {
    wire.close()
  }
}

export interface Leave {
  readonly to: keyof typeof operations
  readonly of: keyof typeof types
  /** Begins with the scenario's own; the cluster has one. */
  readonly named?: string
  readonly isPrefix?: boolean
  readonly isDenied?: boolean
}

/** Lets the guest of a scenario do more. Records nothing. */
export async function give(subject: Subject, ...leaves: readonly Leave[]): Promise<void> {
  const creations = leaves.map(({ to, of, named, isPrefix, isDenied }) => ({
    resourceType: types[of],
    resourceName: named ?? 'kafka-cluster',
    resourcePatternType: isPrefix ? prefixed : literal,
    principal: everybody,
    host: subject.guest,
    operation: operations[to],
    permissionType: isDenied ? denies : allows,
  }))
  const present = await countOf(asked => subject.quiet(DescribeAcls, asked, 3), subject.guest)
  const { results } = await subject.quiet(CreateAcls, { creations }, 3)
  if (results.some(({ errorCode }) => errorCode !== 0)) throw new Error(`rules are refused: ${JSON.stringify(results)}`)
  await untilHeard(asked => subject.quiet(DescribeAcls, asked, 3), subject.guest, present + creations.length)
}

const rulesOf = (host: string) => ({
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: host,
  operation: 1,
  permissionType: 1,
})

type Describe = (
  asked: ReturnType<typeof rulesOf>,
) => Promise<{ readonly resources: readonly { readonly acls: readonly unknown[] }[] }>

async function countOf(describe: Describe, host: string): Promise<number> {
  const { resources } = await describe(rulesOf(host))
  return resources.reduce((sum, { acls }) => sum + acls.length, 0)
}

async function untilHeard(describe: Describe, host: string, wanted: number): Promise<void> {
  const deadline = Date.now() + 10_000
  while ((await countOf(describe, host)) < wanted) {
    if (Date.now() > deadline) throw new Error(`not all of ${wanted} rules are there`)
    await sleep(10)
  }
}
