/** Producers with transactions that fail, are fenced, and go on. */
import { DescribeProducers } from '../../../src/protocol/messages/describe-producers'
import { type Scenario, scene } from '../scenario'
import type { Subject } from '../subject'
import { Client } from '../transactional-client'

/** What was tried and refused leaves no gap, what a fenced twin tries stands in nobody's way, and its own end fences nobody for good. */
async function triedBefore(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const client = new Client(subject, 1)
  await client.init()
  await client.produce(topic, 0)
  await client.add([[topic.name, [0]]])
  await client.produce(topic, 1)
  await client.produce(topic, 0)
  await client.produce(topic, 1)
  const twin = new Client(subject, 1)
  await twin.init()
  await twin.add([[topic.name, [0]]])
  await twin.produce(topic, 0)
  await client.produce(topic, 0)
  await twin.produce(topic, 1)
  await twin.initAgain()
  await twin.initAgain()
  await client.initAgain()
  const asked = [{ name: topic.name, partitionIndexes: [0] }]
  await subject.ask(DescribeProducers, { topics: asked })
}

export const recoveringScenarios: readonly Scenario[] = [scene('transactions: producers that recover', triedBefore)]
