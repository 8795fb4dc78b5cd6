/** DescribeAcls (29) tells access rules. v1: prefixed patterns (KIP-290); v3: users (KIP-373). Without an authorizer there are none. */
import { aclsFound } from '../../metadata/users/acls'
import type { StoredAcl } from '../../metadata/image/tables'
import { DescribeAcls } from '../../protocol/messages/describe-acls'
import { closeUnreadable, filterOf, isUnreadable } from '../access-rules'
import { defineHandler } from '../broker'
import { securityDisabled } from '../unsecured'

export const describeAcls = defineHandler({
  api: DescribeAcls,
  serves: '0-3',
  access: [{ one: 'cluster', may: 'DESCRIBE', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, resources: [] }),

  handle(broker, { connection }, request) {
    const filter = filterOf(request)
    if (isUnreadable(filter)) return closeUnreadable(connection)
    if (!broker.access.isOn) {
      return { ...securityDisabled, errorMessage: 'No Authorizer is configured on the broker', resources: [] }
    }
    return { errorCode: 0, errorMessage: '', resources: byResource(aclsFound(broker.image().table('acl'), filter)) }
  },
})

function byResource(acls: readonly StoredAcl[]) {
  const resources = new Map<string, StoredAcl[]>()
  for (const acl of acls) {
    const key = JSON.stringify([acl.resourceType, acl.patternType, acl.resourceName])
    const present = resources.get(key)
    if (present) present.push(acl)
    else resources.set(key, [acl])
  }
  return Array.from(resources.values(), same => {
    const { resourceType, resourceName, patternType } = same[0]!
    return { resourceType, resourceName, patternType, acls: same }
  })
}
