/** Broker configs that Kafka lets a running broker take, and that do nothing here: why, key by key. A house test holds the list. */
import type { ConfigKeys } from '../../src/metadata/config/key'
import { configKeys } from '../../src/metadata/config/keys'
import { keysOfPlaces, keysWithEffect } from '../../src/metadata/config/effects'

export interface IdleKeys {
  readonly why: string
  readonly keys: RegExp
}

export const idleReasons: readonly IdleKeys[] = [
  { why: 'One thread serves, so there are no pools to resize.', keys: /^(background\.threads|num\..*threads(\..*)?)$/ },
  {
    why: 'Classes of Java are not loaded.',
    keys: /^(client\.quota\.callback\.class|principal\.builder\.class|metric\.reporters)$/,
  },
  { why: 'There is one way to compress with lz4.', keys: /^compression\.lz4\.level$/ },
  {
    why: 'Nothing is fetched from or stored in another tier.',
    keys: /^(remote\.|log\.remote\.|log\.local\.|follower\.fetch\.last\.tiered)/,
  },
  {
    why: 'There is one node: no other broker to elect, to fetch from or to be told.',
    keys: /^(unclean\.leader\.election\.enable|num\.replica\.fetchers|controller\.socket\.timeout\.ms|early\.start\.listeners|(leader|follower)\.replication\.throttled\.rate)$/,
  },
  {
    why: 'Groups of these kinds are not served yet.',
    keys: /^(group\.(consumer|share|streams)\.|share\.coordinator\.|errors\.deadletterqueue\.)/,
  },
  { why: 'Buffers of the coordinators are not kept.', keys: /^group\.coordinator\.cached\.buffer\.max\.bytes$/ },
  { why: 'TLS is not served yet.', keys: /^ssl\./ },
  {
    why: 'Of SASL, PLAIN and SCRAM are served, with the settings of the start: neither Kerberos nor OAuth, and no logins at other brokers.',
    keys: /^sasl\./,
  },
  {
    why: 'Kafka looks at it only where `log.flush.scheduler.interval.ms` is set, and there is no such schedule; `odradek.flush=group` syncs before every acknowledgement.',
    keys: /^log\.flush\.interval\.ms$/,
  },
  { why: 'Files grow as they are written.', keys: /^log\.preallocate$/ },
  { why: 'The cleaner reads in slices of its own.', keys: /^log\.cleaner\.io\.buffer\.size$/ },
  {
    why: 'There is one directory for logs.',
    keys: /^(cordoned\.log\.dirs|replica\.alter\.log\.dirs\.io\.max\.bytes\.per\.second)$/,
  },
]

export const idleKeys: readonly string[] = Object.entries({
  ...configKeys.broker,
  ...configKeys.throttle,
} as ConfigKeys)
  .filter(([name, { update }]) => update !== 'read-only' && !keysWithEffect.has(name) && !keysOfPlaces.has(name))
  .map(([name]) => name)
