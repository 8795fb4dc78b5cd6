/** Keys that only a running broker takes: a file of settings knows none of them, and they are told of once they are set. */
import type { ConfigKeys } from './key'

const unlimited = '9223372036854775807'

export const throttleKeys = {
  'leader.replication.throttled.rate': {
    type: 'LONG',
    default: unlimited,
    valid: '[0,...]',
    importance: 'MEDIUM',
    update: 'cluster-wide',
    about: 'Bytes a second that leaders send to throttled replicas.',
  },
  'follower.replication.throttled.rate': {
    type: 'LONG',
    default: unlimited,
    valid: '[0,...]',
    importance: 'MEDIUM',
    update: 'cluster-wide',
    about: 'Bytes a second that throttled replicas fetch.',
  },
  'replica.alter.log.dirs.io.max.bytes.per.second': {
    type: 'LONG',
    default: unlimited,
    valid: '[0,...]',
    importance: 'MEDIUM',
    update: 'cluster-wide',
    about: 'Bytes a second that move from one directory of logs to another.',
  },
} as const satisfies ConfigKeys
