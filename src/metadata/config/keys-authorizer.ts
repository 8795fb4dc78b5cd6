/** Keys that Kafka's StandardAuthorizer reads for itself: they may stand in a broker's file, and no broker describes them. */
import type { ConfigKeys } from './key'

export const authorizerKeys = {
  'super.users': {
    type: 'STRING',
    default: '',
    importance: 'MEDIUM',
    update: 'read-only',
    about:
      'Principals that may do everything whatever the access rules say, parted by semicolons: `User:ann;User:bob`.',
  },
  'allow.everyone.if.no.acl.found': {
    type: 'BOOLEAN',
    default: 'false',
    importance: 'MEDIUM',
    update: 'read-only',
    about: 'Whether everybody may do everything with resources that no access rule is about.',
  },
} as const satisfies ConfigKeys
