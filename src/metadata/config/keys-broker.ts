/** Every key of a broker's config. `synonyms` are the names that answer for one another, the finest unit first. */
import { cleanerKeys } from './broker-keys/cleaner'
import { clusterKeys } from './broker-keys/cluster'
import { groupKeys } from './broker-keys/groups'
import { logKeys } from './broker-keys/log'
import { networkKeys } from './broker-keys/network'
import { oauthKeys } from './broker-keys/oauth'
import { replicationKeys } from './broker-keys/replication'
import { saslKeys } from './broker-keys/sasl'
import { securityKeys } from './broker-keys/security'
import { shareKeys } from './broker-keys/share'
import { streamsKeys } from './broker-keys/streams'
import { remoteKeys } from './broker-keys/tiers'
import { transactionKeys } from './broker-keys/transactions'
import type { ConfigKeys } from './key'

const bySubject = {
  ...clusterKeys,
  ...networkKeys,
  ...logKeys,
  ...cleanerKeys,
  ...remoteKeys,
  ...replicationKeys,
  ...transactionKeys,
  ...groupKeys,
  ...shareKeys,
  ...streamsKeys,
  ...securityKeys,
  ...saslKeys,
  ...oauthKeys,
} as const satisfies ConfigKeys

/** In the order of their names. */
export const brokerKeys = Object.fromEntries(
  Object.entries(bySubject).sort(([a], [b]) => (a < b ? -1 : 1)),
) as typeof bySubject
