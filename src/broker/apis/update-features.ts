/** UpdateFeatures (57) changes the levels of features (KIP-584). v1: kinds of upgrades, validating only; v2: one error for all. */
import { UpdateFeatures } from '../../protocol/messages/update-features'
import { decideUpdateFeatures } from '../../metadata/features'
import { defineHandler } from '../broker'

const upgrade = 1

export const updateFeatures = defineHandler({
  api: UpdateFeatures,
  serves: '0-2',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, results: [] }),

  async handle(broker, { version }, { featureUpdates, validateOnly }) {
    const updates = featureUpdates.map(({ feature, maxVersionLevel, upgradeType }) => ({
      name: feature,
      level: maxVersionLevel,
      // Kafka does not look at what version 0 has for this, `allowDowngrade`.
      upgradeType: version === 0 ? upgrade : upgradeType,
    }))
    const outcome = await broker.metadata.decide(context => decideUpdateFeatures(context, updates), validateOnly)
    const names = outcome.errorCode === 0 && version < 2 ? updates.map(({ name }) => name) : []
    return { ...outcome, results: names.map(feature => ({ feature, errorCode: 0, errorMessage: 'NONE' })) }
  },
})
