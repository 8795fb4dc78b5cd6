/** Keys that Apache Kafka does not have. They are given in server.properties, with --set, or by a profile. */
import { releaseNames } from '../../protocol/releases'
import type { ConfigKeys } from './key'

export const odradekKeys = {
  'odradek.profile': {
    type: 'STRING',
    default: 'prod',
    valid: '[dev, test, strict, prod]',
    importance: 'MEDIUM',
    update: 'read-only',
    described: false,
    about:
      "A set of defaults: prod and strict are Apache Kafka's, dev and test remove waits that only hurt on a laptop.",
  },
  'odradek.advertise': {
    type: 'STRING',
    default: 'auto',
    importance: 'MEDIUM',
    update: 'read-only',
    described: false,
    about:
      'The address that clients are told, HOST or HOST:PORT; auto tells each the one by which it came, and in a container those from outside the external one.',
  },
  'odradek.external.host': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'With odradek.advertise=auto in a container: the host that clients from outside are told; localhost when not set.',
  },
  'odradek.external.port': {
    type: 'INT',
    default: null,
    valid: '[1,...,65535]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about: 'The port that they are told, when the published port is another one than that of the broker.',
  },
  'odradek.access.log.denied.per.minute': {
    type: 'INT',
    default: '60',
    valid: '[0,...]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about: 'Lines in the log about what one principal was denied by access rules; what is beyond is counted.',
  },
  'odradek.connection.log.closed.per.minute': {
    type: 'INT',
    default: '60',
    valid: '[0,...]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'Lines in the log about connections of one address that the broker refused or closed, and why; what is beyond is counted.',
  },
  'odradek.flush': {
    type: 'STRING',
    default: 'group',
    valid: '[group, os]',
    importance: 'HIGH',
    update: 'read-only',
    described: false,
    about:
      'When a write counts as durable: group waits for the disk, one sync serving all who wait; os leaves it to the operating system.',
  },
  'odradek.produce.check': {
    type: 'STRING',
    default: 'records',
    valid: '[records, crc]',
    importance: 'MEDIUM',
    update: 'read-only',
    described: false,
    about:
      'What of a produced batch is looked at: every record, which decompresses it, as Apache Kafka does; or the checksum alone.',
  },
  'odradek.client.telemetry': {
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'Whether clients are asked to push their metrics, as resources of type client-metrics say (KIP-714); what they push is told in the log.',
  },
  'odradek.request.bytes.max': {
    type: 'LONG',
    default: '268435456',
    valid: '[-1,...]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'Bytes that long requests may hold while they arrive and are taken, over all connections, where queued.max.request.bytes says nothing; -1 for no limit.',
  },
  'odradek.fetch.unsent.bytes.max': {
    type: 'LONG',
    default: '134217728',
    valid: '[1048576,...]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'Bytes read for consumers that have not taken them yet, over all connections; beyond, replies become smaller.',
  },
  'odradek.fetch.max.wait.ms.cap': {
    type: 'INT',
    default: '-1',
    valid: '[-1,...]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about: 'A consumer waits no longer than this for records, whatever it asks for; -1 is no cap.',
  },
  'odradek.group.evict.on.disconnect.ms': {
    type: 'INT',
    default: '-1',
    valid: '[-1,...]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'A dynamic member whose connection ended is removed from its group after this long; -1 waits for the session timeout.',
  },
  'odradek.auto.create.ready.in.reply': {
    type: 'BOOLEAN',
    default: 'false',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about:
      'Whether the reply that creates a topic automatically waits for it; Apache Kafka says first that there is no such topic.',
  },
  'odradek.log.level': {
    type: 'STRING',
    default: 'info',
    valid: '[debug, info, warn, error]',
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about: 'The least that is written to the log at the start; clients may change it while the broker runs.',
  },
  'odradek.as.version': {
    type: 'STRING',
    default: null,
    valid: `[${releaseNames.join(', ')}]`,
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about: 'The release of Apache Kafka whose APIs, versions and features are advertised, and no others are served.',
  },
  'odradek.cluster.id': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    update: 'read-only',
    described: false,
    about: 'The cluster that the data directory must belong to; a new directory is given this id.',
  },
} as const satisfies ConfigKeys
