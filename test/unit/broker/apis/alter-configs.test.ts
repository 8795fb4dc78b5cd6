/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { alterConfigs } from '../../../../src/broker/apis/alter-configs'
import type { Broker } from '../../../../src/broker/broker'
import type { ConfigResource } from '../../../../src/metadata/image/image'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const [topic, thisBroker, logger, subscription, group] = [2, 4, 8, 16, 32]
const twice = 'Each resource must appear at most once.'
const elr = 'while ELR is enabled.'
let broker: Broker

beforeEach(async () => {
  const metadata = await openMetadata()
  await metadata.createTopics([topicSpec('t', 1, { 'retention.ms': '5000' }), topicSpec('other')])
  broker = brokerWith(metadata)
})

const overrides = (resource: ConfigResource, name: string) =>
  Object.fromEntries(broker.image().overrides(resource, name))
const outcomes = (reply: { responses: { errorCode: number; errorMessage: string | null }[] }) =>
  reply.responses.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])

describe('AlterConfigs', () => {
  const alter = async (resources: [number, string, [string, string | null][]][], more: object = {}, version = 2) =>
    outcomes(
      await ask(alterConfigs, broker, version, {
        resources: resources.map(([resourceType, resourceName, configs]) => ({
          resourceType,
          resourceName,
          configs: configs.map(([name, value]) => ({ name, value })),
        })),
        ...more,
      }),
    )

  it.each([0, 1, 2])('replaces all that was set, in version %i', async version => {
    expect(await alter([[topic, 't', [['flush.ms', '7']]]], {}, version)).toEqual([[0, null]])
    expect(overrides('topic', 't')).toEqual({ 'flush.ms': '7' })
    expect(await alter([[topic, 't', []]], {}, version)).toEqual([[0, null]])
    expect(overrides('topic', 't')).toEqual({})
  })

  it('answers each resource for itself, and does nothing when it validates only', async () => {
    const resources: Parameters<typeof alter>[0] = [
      [topic, 't', [['flush.ms', '9']]],
      [topic, 'nope', [['flush.ms', '9']]],
      [thisBroker, '9', []],
    ]
    const expected = [
      [0, null],
      [3, "The topic 'nope' does not exist."],
      [42, 'Unexpected broker id, expected 1, but received 9'],
    ]
    expect(await alter(resources, { validateOnly: true })).toEqual(expected)
    expect(overrides('topic', 't')).toEqual({ 'retention.ms': '5000' })
    expect(await alter(resources)).toEqual(expected)
    expect(overrides('topic', 't')).toEqual({ 'flush.ms': '9' })
  })

  it.each<[number, string, [string, string | null][], number, string]>([
    [topic, 't', [['flush.ms', null]], 42, 'Null value not supported for : flush.ms'],
    [topic, 't', [['foo', '1']], 40, 'Unknown topic config name: foo'],
    [
      topic,
      't',
      [
        ['flush.ms', '1'],
        ['flush.ms', '2'],
      ],
      42,
      'Error due to duplicate config keys',
    ],
    [topic, '', [], 42, 'Default topic resources are not allowed.'],
    [group, '', [], 42, 'Default group resources are not allowed.'],
    [subscription, '', [], 42, "Subscription name can't be empty"],
    [logger, '1', [['root', 'INFO']], 42, 'Unknown resource type 8'],
    [9, 'x', [], 42, 'Unknown resource type 9'],
    [thisBroker, 'x', [], 42, 'Node id must be an integer, but it is: x'],
    [thisBroker, '', [['log.retention.ms', '1']], 40, `Cluster-level min.insync.replicas cannot be removed ${elr}`],
  ])('refuses resource %i "%s" with %j', async (type, name, configs, errorCode, errorMessage) => {
    expect(await alter([[type, name, configs]])).toEqual([[errorCode, errorMessage]])
  })

  it('refuses a resource that is there twice', async () => {
    expect(
      await alter([
        [topic, 't', []],
        [topic, 't', []],
        [topic, 'other', []],
      ]),
    ).toEqual([
      [42, twice],
      [42, twice],
      [0, null],
    ])
    expect(overrides('topic', 't')).toEqual({ 'retention.ms': '5000' })
  })
})
