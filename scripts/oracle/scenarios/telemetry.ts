/** What clients are asked to push of their metrics, and what becomes of what they push (KIP-714). */
import { gzipSync } from 'node:zlib'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { GetTelemetrySubscriptions } from '../../../src/protocol/messages/get-telemetry-subscriptions'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { PushTelemetry } from '../../../src/protocol/messages/push-telemetry'
import { sleep } from '../../judge/process'
import { published } from '../published'
import { scene, type Scenario } from '../scenario'
import type { Subject } from '../subject'

const nobody = '0'.repeat(32)
const noMetrics = Buffer.alloc(0)
/** No scenario beside it may change what clients are asked meanwhile: everybody's subscriptions count anew then. */
const clientMetrics = 16

async function subscribe(subject: Subject, stem: string, configs: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, configOperation: 0, value }))
  const resources = [{ resourceType: clientMetrics, resourceName: subject.name(stem), configs: entries }]
  const { responses } = await subject.quiet(IncrementalAlterConfigs, { resources, validateOnly: false })
  subject.note(`subscription ${stem}`, responses[0]?.errorCode)
  await published(subject)
}

async function unsubscribe(subject: Subject, stem: string, names: readonly string[]): Promise<void> {
  const entries = names.map(name => ({ name, configOperation: 1, value: null }))
  const resources = [{ resourceType: clientMetrics, resourceName: subject.name(stem), configs: entries }]
  await subject.quiet(IncrementalAlterConfigs, { resources, validateOnly: false })
  await published(subject)
}

/** An id that no other client has, the same for both brokers. */
const idOf = (subject: Subject, n: number): string =>
  `${Buffer.from(subject.name('id')).toString('hex').slice(0, 20).padEnd(20, '0')}${String(n).padStart(12, '0')}`

function asker(subject: Subject) {
  /** Its number stands for what was asked, which brokers may count as they like. */
  const numbers = new Map<number, number>()
  const get = async (clientInstanceId: string, connection = 'main') => {
    const reply = await subject.quiet(GetTelemetrySubscriptions, { clientInstanceId }, 0, connection)
    const isNew = clientInstanceId !== reply.clientInstanceId
    const { subscriptionId: id } = reply
    if (!numbers.has(id)) numbers.set(id, numbers.size)
    subject.note('GetTelemetrySubscriptions', {
      ...reply,
      clientInstanceId: isNew ? (reply.clientInstanceId === nobody ? 'nobody' : 'a new one') : 'as asked',
      subscriptionId: reply.errorCode === 0 ? numbers.get(id) : id,
      requestedMetrics: [...reply.requestedMetrics].sort(),
    })
    return reply
  }
  const push = async (clientInstanceId: string, subscriptionId: number, more: object = {}) => {
    const asked = {
      clientInstanceId,
      subscriptionId,
      terminating: false,
      compressionType: 0,
      metrics: noMetrics,
      ...more,
    }
    return subject.ask(PushTelemetry, asked, 0)
  }
  return { get, push }
}

async function asked(subject: Subject): Promise<void> {
  const { get } = asker(subject)
  const first = await get(nobody)
  await get(nobody)
  await get(first.clientInstanceId)
  const software = { clientSoftwareName: subject.name('soft'), clientSoftwareVersion: '1.2.3' }
  await subject.quiet(ApiVersions, { ...software, clusterId: null, nodeId: -1 }, 4, 'soft')
  const match = `client_software_name=${subject.name('soft')}`
  await subscribe(subject, 'one', { 'interval.ms': '5000', metrics: 'b.two,a.one', match })
  await get(idOf(subject, 1), 'soft')
  await get(idOf(subject, 2))
  await subscribe(subject, 'two', {
    'interval.ms': '60000',
    metrics: 'c.three,a.one',
    match: `${match},client_software_version=1\\..*`,
  })
  await get(idOf(subject, 1), 'soft')
  await subscribe(subject, 'three', { metrics: '*', match: `${match},client_source_address=127.0.0.1,client_id=.*` })
  await get(idOf(subject, 3), 'soft')
  await subscribe(subject, 'four', { metrics: '', 'interval.ms': '100', match: `${match},client_software_version=2.*` })
  await get(idOf(subject, 4), 'soft')
  await subscribe(subject, 'four', { match: `${match},client_instance_id=.+` })
  await get(idOf(subject, 5), 'soft')
  await unsubscribe(subject, 'three', ['metrics', 'match', 'interval.ms'])
  await subscribe(subject, 'four', { match: `${match},client_source_port=\\d` })
  await get(idOf(subject, 6), 'soft')
  await get('f'.repeat(32), 'soft')
}

async function pushed(subject: Subject): Promise<void> {
  const { get, push } = asker(subject)
  const [a, b, c] = [idOf(subject, 1), idOf(subject, 2), idOf(subject, 3)]
  const { subscriptionId } = await get(a)
  await push(nobody, 0)
  await push('0'.repeat(31) + '1', 0)
  await push(b, 12_345)
  await push(a, subscriptionId)
  // Too early.
  await push(a, subscriptionId)
  await get(a)
  await push(a, subscriptionId, { terminating: true })
  await push(a, subscriptionId)
  await push(a, subscriptionId, { terminating: true })
  await get(a)
  const third = await get(c)
  await push(c, third.subscriptionId + 1)
  // Whoever asked with a wrong subscription may ask for the right one at once.
  const again = await get(c)
  await push(c, again.subscriptionId, { compressionType: 9 })
  await get(c)
  await push(c, again.subscriptionId, { terminating: true, compressionType: 1, metrics: gzipSync(noMetrics) })
}

async function contents(subject: Subject): Promise<void> {
  const { get, push } = asker(subject)
  const one = async (n: number, more: object) => {
    const { subscriptionId } = await get(idOf(subject, n))
    await push(idOf(subject, n), subscriptionId, more)
  }
  const metrics = Buffer.from('no protobuf')
  await one(1, { metrics })
  await one(2, { metrics: gzipSync(metrics), compressionType: 1 })
  await one(3, { metrics, compressionType: 1 })
  await one(4, { metrics, compressionType: 2 })
  await one(5, { metrics, compressionType: 3 })
  await one(6, { metrics, compressionType: 4 })
  await one(7, { metrics: Buffer.alloc(1024 * 1024) })
  await one(8, { metrics: Buffer.alloc(1024 * 1024 + 1) })
  await one(9, { compressionType: -1 })
  // What it becomes is bounded as well.
  for (const [n, bytes] of [1024 * 1024, 1024 * 1024 + 1, 2 * 1024 * 1024, 5 * 1024 * 1024].entries()) {
    await one(10 + n, { metrics: gzipSync(Buffer.alloc(bytes)), compressionType: 1 })
  }
}

async function intervals(subject: Subject): Promise<void> {
  const { get, push } = asker(subject)
  const software = { clientSoftwareName: subject.name('soft'), clientSoftwareVersion: '1' }
  await subject.quiet(ApiVersions, { ...software, clusterId: null, nodeId: -1 }, 4)
  const match = `client_software_name=${subject.name('soft')}`
  await subscribe(subject, 'fast', { 'interval.ms': '400', metrics: '*', match })
  const id = idOf(subject, 1)
  const { subscriptionId } = await get(id)
  await push(id, subscriptionId)
  await push(id, subscriptionId)
  await sleep(450)
  await push(id, subscriptionId)
  await sleep(450)
  await get(id)
  await push(id, subscriptionId)
  await subscribe(subject, 'fast', { 'interval.ms': '300' })
  // It counts anew, by what holds from here on.
  await push(id, subscriptionId)
  const next = await get(id)
  await push(id, next.subscriptionId)
  await unsubscribe(subject, 'fast', ['interval.ms', 'metrics', 'match'])
}

const alone = (name: string, play: (subject: Subject) => Promise<void>): Scenario => ({
  ...scene(`client metrics: ${name} (configs)`, play),
  needs: 'authorizer',
})

export const telemetryScenarios: readonly Scenario[] = [
  alone('what is asked for', asked),
  alone('pushes', pushed),
  alone('contents', contents),
  alone('intervals', intervals),
]
