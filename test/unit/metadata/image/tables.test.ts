/** Rows of every table are in the image once they are decided, and there again after a restart. */
import { decideCreateAcls } from '../../../../src/metadata/users/acls'
import { KafkaMetadata } from '../../../../src/metadata/kafka/kafka-metadata'
import { EmbeddedStore } from '../../../../src/metadata/store/embedded-store'
import { decideUpdateFeatures, featureLevel } from '../../../../src/metadata/features'
import type { Metadata } from '../../../../src/metadata/metadata'
import { decideAlterQuotas, quotaEntityId } from '../../../../src/metadata/users/quotas'
import { decideAlterScram, decideScramSecret } from '../../../../src/metadata/users/scram'
import { tableNames } from '../../../../src/metadata/image/tables'
import { decideCreateToken } from '../../../../src/metadata/users/tokens'
import { Dice } from '../../../../src/platform/simulated/dice'
import { simulatedPlatform } from '../../../../src/platform/simulated/platform'
import { World } from '../../../../src/platform/simulated/world'
import { openMetadata, topicSpec } from '../../../support/metadata'

async function fill(metadata: Metadata): Promise<void> {
  await metadata.decide(context =>
    decideUpdateFeatures(context, [{ name: 'transaction.version', level: 1, upgradeType: 2 }]),
  )
  const entity = new Map([
    ['user', 'ann/b'],
    ['client-id', null],
  ])
  const operations = [{ key: 'producer_byte_rate', value: 1024 }]
  await metadata.decide(context => decideAlterQuotas(context, [{ entity, operations }]))
  const credential = { mechanism: 1, iterations: 4096, salt: Buffer.from('salt'), saltedPassword: Buffer.alloc(32, 7) }
  await metadata.decide(context => decideAlterScram(context, [], [{ user: 'ann/b', ...credential }]))
  const about = { resourceType: 2, resourceName: 'a/"b', patternType: 3 }
  const rule = { ...about, principal: 'User:ann', host: '*', operation: 3, permissionType: 3 }
  await metadata.decide(context => decideCreateAcls(context, [rule]))
  await metadata.decide(decideScramSecret)
  const who = { owner: 'User:ann', requester: 'User:bob', renewers: ['User:a/"b'] }
  await metadata.decide(() => decideCreateToken('id', { ...who, issuedMs: 1, expiresMs: 2, maxMs: 3 }))
  await metadata.agreeOnAccess('digest')
  const [kept] = await metadata.createTopics([topicSpec('kept'), topicSpec('gone')])
  const kafka = new KafkaMetadata()
  kafka.replay(Buffer.from(`010200056b657074${kept!.topicId}00`, 'hex'))
  await metadata.shareTopics(kafka)
  await metadata.deleteTopics([{ name: 'gone', topicId: '0'.repeat(32) }])
}

const rows = ({ image }: Metadata) =>
  Object.fromEntries(tableNames.map(name => [name, Object.fromEntries(image.table(name).entries())]))

test('every table keeps its rows across a restart', async () => {
  const world = new World({ seed: 1 })
  const { files } = simulatedPlatform(world)
  await world.until(
    (async () => {
      files.makeDir('/data')
      const open = async () => openMetadata({}, { store: await EmbeddedStore.open(files, '/data', new Dice('tables')) })
      const first = await open()
      await fill(first)
      const before = rows(first)
      await first.close()
      const second = await open()
      expect(rows(second)).toEqual(before)
      for (const name of tableNames) expect(second.image.table(name).size).toBeGreaterThan(0)
      expect(featureLevel(second.image, 'transaction.version')).toBe(1)
      await second.close()
    })(),
  )
})

test('a table is one object until a row of it changes', async () => {
  const metadata = await openMetadata()
  await fill(metadata)
  const { image } = metadata
  const entity = new Map([['user', 'bob']])
  await metadata.decide(context =>
    decideAlterQuotas(context, [{ entity, operations: [{ key: 'request_percentage', value: 5 }] }]),
  )
  expect(metadata.image.table('scram')).toBe(image.table('scram'))
  expect(metadata.image.table('quota').get(quotaEntityId(entity))).toEqual({ request_percentage: 5 })
  expect(image.table('quota').size).toBe(1)
})
