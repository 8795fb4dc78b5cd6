/** DescribeAcls (29) tells access rules. v1: prefixed patterns (KIP-290); v3: users (KIP-373). Without an authorizer there are none. */
import { DescribeAcls } from '../../protocol/messages/describe-acls'
import { defineHandler } from '../broker'
import { closeUnreadable, isUnreadable, securityDisabled } from '../unsecured'

export const describeAcls = defineHandler({
  api: DescribeAcls,
  serves: '0-3',
  access: [{ one: 'cluster', may: 'DESCRIBE', named: () => 'kafka-cluster' }],

  handle(_broker, { connection }, filter) {
    const { resourceTypeFilter: resourceType, patternTypeFilter: patternType } = filter
    if (isUnreadable({ ...filter, resourceType, patternType })) return closeUnreadable(connection)
    return { ...securityDisabled, errorMessage: 'No Authorizer is configured on the broker', resources: [] }
  },
})
