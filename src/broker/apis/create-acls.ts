/** CreateAcls (30) adds access rules. v1: prefixed patterns (KIP-290); v3: users (KIP-373). Without an authorizer nobody keeps them. */
import { CreateAcls } from '../../protocol/messages/create-acls'
import { defineHandler } from '../broker'
import { closeUnreadable, isUnreadable, securityDisabled } from '../unsecured'

export const createAcls = defineHandler({
  api: CreateAcls,
  serves: '0-3',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],

  handle(_broker, { connection }, { creations }) {
    const isRefused = creations.some(rule => isUnreadable({ ...rule, patternType: rule.resourcePatternType }))
    if (isRefused) return closeUnreadable(connection)
    return { results: creations.map(() => securityDisabled) }
  },
})
