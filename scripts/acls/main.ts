/**
 * Access rules by chance, given to a real Apache Kafka: what it then lets a client do with topics, and whether it may write to any
 * of them at all, is compared with what our authorizer decides of the same rules. Our broker has no part in it.
 *
 *     npm run acls -- [--rounds 150] [--seed 1] [--port P]
 */
import { parseArgs } from 'node:util'
import { CreateAcls } from '../../src/protocol/messages/create-acls'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteAcls } from '../../src/protocol/messages/delete-acls'
import { DescribeAcls } from '../../src/protocol/messages/describe-acls'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { Metadata } from '../../src/protocol/messages/metadata'
import type { StoredAcl } from '../../src/metadata/image/tables'
import { Dice } from '../../src/platform/simulated/dice'
import { Authorizer } from '../../src/security/authorizer'
import { Broker } from '../judge/broker'
import { kafka, kafkaVersion, whyNoKafka } from '../judge/kafka'
import { sleep } from '../judge/process'
import { authorizerSettings } from '../judge/security'
import { Wire } from '../oracle/wire'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '0' },
  },
})

// The client that alters the rules is nobody; no rule here is about the cluster, so that it may go on.
const settings = authorizerSettings

const me = { principal: 'User:ANONYMOUS', host: '127.0.0.1' }
const topics = ['a', 'ab', 'abc', 'b', 'bc']
const topicOperations = [3, 4, 5, 6, 7, 8, 10, 11]
const describe = 8
const write = 4
const errorDenied = 29
const clusterDenied = 31
const everyTopic = { resourceTypeFilter: 2, resourceNameFilter: null, principalFilter: null, hostFilter: null }
const everyRule = { ...everyTopic, patternTypeFilter: 1, operation: 1, permissionType: 1 }

const pick = <T>(dice: Dice, list: readonly T[]): T => list[dice.between(0, list.length - 1)]!

const ruleOf = (dice: Dice): StoredAcl => ({
  resourceType: 2,
  resourceName: pick(dice, ['a', 'ab', 'abc', 'b', '*']),
  patternType: pick(dice, [3, 4]),
  principal: pick(dice, [me.principal, me.principal, 'User:*', 'User:ann', 'Group:*']),
  host: pick(dice, ['*', '*', me.host, '10.0.0.1']),
  operation: pick(dice, [2, ...topicOperations]),
  permissionType: pick(dice, [2, 3, 3, 3]),
})

/** Of the cluster everything is allowed but what would let everybody be an idempotent producer. */
const ofCluster = [
  [2, 3],
  [12, 2],
].map(([operation, permissionType]) => ({
  resourceType: 4,
  resourceName: 'kafka-cluster',
  resourcePatternType: 3,
  principal: me.principal,
  host: '*',
  operation: operation!,
  permissionType: permissionType!,
}))

/** Replaces all rules, and waits until the broker has heard of it. */
async function give(wire: Wire, rules: readonly StoredAcl[]): Promise<void> {
  await wire.ask(DeleteAcls, 3, { filters: [everyRule] })
  await untilThere(wire, 0)
  const creations = rules.map(({ patternType, ...rule }) => ({ ...rule, resourcePatternType: patternType }))
  const { results } = await wire.ask(CreateAcls, 3, { creations })
  if (results.some(({ errorCode }) => errorCode !== 0)) throw new Error(`refused: ${JSON.stringify(results)}`)
  await untilThere(wire, new Set(rules.map(rule => JSON.stringify(rule))).size)
}

async function untilThere(wire: Wire, wanted: number): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const { resources } = await wire.ask(DescribeAcls, 3, everyRule)
    const present = resources.reduce((sum, { acls }) => sum + acls.length, 0)
    if (present === wanted) return
    if (Date.now() > deadline) throw new Error(`${present} rules, and not ${wanted}`)
    await sleep(5)
  }
}

/** A bit for each operation that is allowed; null where the topic is not even told of. */
function ours(rules: readonly StoredAcl[], resourceName: string): number | null {
  const authorizer = new Authorizer(rules, { superUsers: new Set(), allowsWithoutAcl: true })
  const may = (operation: number) => authorizer.isAllowed({ ...me, resourceType: 2, resourceName, operation })
  if (!may(describe)) return null
  return topicOperations.filter(may).reduce((bits, operation) => bits | (1 << operation), 0)
}

/** Idempotent producers are for who may write to some topic. The cluster itself is closed to them here. */
async function mayWriteToSome(wire: Wire): Promise<boolean> {
  const asked = { transactionalId: null, transactionTimeoutMs: 1000, producerId: -1, producerEpoch: -1 }
  for (;;) {
    const { errorCode } = await wire.ask(InitProducerId, 5, asked)
    if (errorCode === 0 || errorCode === clusterDenied) return errorCode === 0
    // It has no producer ids yet.
    await sleep(20)
  }
}

async function theirs(wire: Wire): Promise<Map<string, number | null>> {
  const asked = { topics: topics.map(name => ({ name })), allowAutoTopicCreation: false }
  const reply = await wire.ask(Metadata, 12, { ...asked, includeTopicAuthorizedOperations: true })
  return new Map(
    reply.topics.map(({ name, errorCode, topicAuthorizedOperations }) => {
      if (errorCode !== 0 && errorCode !== errorDenied) throw new Error(`topic ${name} has error ${errorCode}`)
      return [name ?? '', errorCode === 0 ? topicAuthorizedOperations : null]
    }),
  )
}

async function main(): Promise<number> {
  const skipped = whyNoKafka()
  if (skipped !== null) {
    process.stdout.write(`acls: skipped, since no Apache Kafka can be started here: ${skipped}\n0 compared\n`)
    return 0
  }
  const dice = new Dice(options.seed)
  const broker = await Broker.start(kafka(), { port: Number(options.port), settings })
  const wire = await Wire.open(broker.port)
  let compared = 0
  let denied = 0
  let wrong = 0
  try {
    const creations = topics.map(name => ({
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
    await wire.ask(CreateTopics, 7, { topics: creations, timeoutMs: 10_000, validateOnly: false })
    await wire.ask(CreateAcls, 3, { creations: ofCluster })
    for (let round = 0; round < Number(options.rounds); round++) {
      const rules = Array.from({ length: pick(dice, [0, 1, 1, 2, 3, 5]) }, () => ruleOf(dice))
      await give(wire, rules)
      const authorizer = new Authorizer(rules, { superUsers: new Set(), allowsWithoutAcl: true })
      const decidedOfSome = authorizer.isAllowedOnSome({ ...me, resourceType: 2, operation: write })
      compared++
      if (decidedOfSome !== (await mayWriteToSome(wire))) {
        wrong++
        process.stdout.write(`round ${round}, any topic: ours ${decidedOfSome}: ${JSON.stringify(rules)}\n`)
      }
      for (const [topic, bits] of await theirs(wire)) {
        compared++
        if (bits === null) denied++
        const decided = ours(rules, topic)
        if (decided === bits) continue
        wrong++
        process.stdout.write(
          `round ${round}, topic ${topic}: Kafka ${bits}, ours ${decided}: ${JSON.stringify(rules)}\n`,
        )
      }
    }
  } finally {
    wire.close()
    await broker.dispose()
  }
  process.stdout.write(
    `Apache Kafka ${kafkaVersion}: ${compared} compared, ${denied} of them denied, ${wrong} differ\n`,
  )
  return compared > 0 && denied > 0 && wrong === 0 ? 0 : 1
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`acls: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)
