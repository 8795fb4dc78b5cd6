/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { updateFeatures } from '../../../../src/broker/apis/update-features'
import { featureLevel } from '../../../../src/metadata/features'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata } from '../../../support/metadata'

const feature = 'transaction.version'

it.each([0, 1])('version 0 takes no level down, to %i, whatever it says of downgrades', async maxVersionLevel => {
  const metadata = await openMetadata()
  const featureUpdates = [{ feature, maxVersionLevel, allowDowngrade: true }]
  const reply = await ask(updateFeatures, brokerWith(metadata), 0, { timeoutMs: 5000, featureUpdates })
  const why =
    "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."
  expect(reply).toMatchObject({
    errorCode: 95,
    errorMessage: `The update failed for all features since the following feature had an error: Invalid update version ${maxVersionLevel} for feature ${feature}. ${why}`,
  })
  expect(featureLevel(metadata.image, feature)).toBe(2)
})

it('version 1 takes one down that is asked to be', async () => {
  const metadata = await openMetadata()
  const featureUpdates = [{ feature, maxVersionLevel: 1, upgradeType: 2 }]
  const reply = await ask(updateFeatures, brokerWith(metadata), 1, { timeoutMs: 5000, featureUpdates })
  expect(reply).toMatchObject({ errorCode: 0 })
  expect(featureLevel(metadata.image, feature)).toBe(1)
})
