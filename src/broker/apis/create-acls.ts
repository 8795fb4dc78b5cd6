/** CreateAcls (30) adds access rules. v1: prefixed patterns (KIP-290); v3: users (KIP-373). Without an authorizer nobody keeps them. */
import { decideCreateAcls } from '../../metadata/users/acls'
import { CreateAcls } from '../../protocol/messages/create-acls'
import { closeUnreadable, isUnreadable } from '../access-rules'
import { defineHandler } from '../broker'
import { securityDisabled } from '../unsecured'

export const createAcls = defineHandler({
  api: CreateAcls,
  serves: '0-3',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ creations }, errorCode, errorMessage) => ({
    results: creations.map(() => ({ errorCode, errorMessage })),
  }),

  async handle(broker, { connection }, { creations }) {
    const acls = creations.map(({ resourcePatternType: patternType, ...rule }) => ({ ...rule, patternType }))
    if (acls.some(isUnreadable)) return closeUnreadable(connection)
    if (!broker.access.isOn) return { results: acls.map(() => securityDisabled) }
    const outcomes = await broker.metadata.decide(context => decideCreateAcls(context, acls))
    // Success has an empty text here, and none where rules are taken away.
    return { results: outcomes.map(outcome => (outcome.errorCode === 0 ? { ...outcome, errorMessage: '' } : outcome)) }
  },
})
