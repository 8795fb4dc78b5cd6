/** Which of Kafka's keys do something here. A house test holds the lists to what the source reads. */
import { configKey, type ConfigScope } from './keys'

/** Say where the node is and who; read while settings are put together. */
export const keysOfPlaces: ReadonlySet<string> = new Set([
  'advertised.listeners',
  'broker.id',
  'config.providers',
  'connections.max.reauth.ms',
  'controller.listener.names',
  'inter.broker.listener.name',
  'listener.security.protocol.map',
  'listeners',
  'log.dir',
  'log.dirs',
  'node.id',
  'process.roles',
  'sasl.enabled.mechanisms',
  'security.inter.broker.protocol',
])

/** May be said of one listener: `listener.name.NAME.KEY`. */
export const keysOfListeners: ReadonlySet<string> = new Set([
  'connections.max.reauth.ms',
  'max.connection.creation.rate',
  'max.connections',
  'sasl.enabled.mechanisms',
  'sasl.jaas.config',
  'sasl.server.max.receive.size',
])

export const keysWithEffect: ReadonlySet<string> = new Set([
  'add.partitions.to.txn.retry.backoff.max.ms',
  'add.partitions.to.txn.retry.backoff.ms',
  'authorizer.class.name',
  'auto.create.topics.enable',
  'compression.gzip.level',
  'compression.type',
  'compression.zstd.level',
  'connection.failed.authentication.delay.ms',
  'connections.max.idle.ms',
  'controller.quota.window.num',
  'controller.quota.window.size.seconds',
  'default.replication.factor',
  'delegation.token.expiry.check.interval.ms',
  'delegation.token.expiry.time.ms',
  'delegation.token.max.lifetime.ms',
  'delegation.token.secret.key',
  'delete.topic.enable',
  'fetch.max.bytes',
  'group.initial.rebalance.delay.ms',
  'group.max.session.timeout.ms',
  'group.max.size',
  'group.min.session.timeout.ms',
  'log.cleaner.backoff.ms',
  'log.cleaner.dedupe.buffer.size',
  'log.cleaner.delete.retention.ms',
  'log.cleaner.enable',
  'log.cleaner.io.buffer.load.factor',
  'log.cleaner.io.max.bytes.per.second',
  'log.cleaner.max.compaction.lag.ms',
  'log.cleaner.min.cleanable.ratio',
  'log.cleaner.min.compaction.lag.ms',
  'log.cleaner.threads',
  'log.cleanup.policy',
  'log.flush.interval.messages',
  'log.index.interval.bytes',
  'log.index.size.max.bytes',
  'log.initial.task.delay.ms',
  'log.message.timestamp.after.max.ms',
  'log.message.timestamp.before.max.ms',
  'log.message.timestamp.type',
  'log.retention.bytes',
  'log.retention.check.interval.ms',
  'log.retention.hours',
  'log.retention.minutes',
  'log.retention.ms',
  'log.roll.hours',
  'log.roll.jitter.hours',
  'log.roll.jitter.ms',
  'log.roll.ms',
  'log.segment.bytes',
  'log.segment.delete.delay.ms',
  'max.connection.creation.rate',
  'max.connections',
  'max.connections.per.ip',
  'max.connections.per.ip.overrides',
  'max.decompressed.message.bytes',
  'max.incremental.fetch.session.cache.slots',
  'max.request.partition.size.limit',
  'message.max.bytes',
  'min.insync.replicas',
  'num.partitions',
  'offset.metadata.max.bytes',
  'offsets.retention.check.interval.ms',
  'offsets.retention.minutes',
  'offsets.topic.compression.codec',
  'offsets.topic.num.partitions',
  'offsets.topic.replication.factor',
  'offsets.topic.segment.bytes',
  'producer.id.expiration.ms',
  'queued.max.request.bytes',
  'quota.window.num',
  'quota.window.size.seconds',
  'share.coordinator.state.topic.min.isr',
  'share.coordinator.state.topic.num.partitions',
  'share.coordinator.state.topic.replication.factor',
  'share.coordinator.state.topic.segment.bytes',
  'sasl.server.max.receive.size',
  'socket.request.max.bytes',
  'telemetry.max.bytes',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms',
  'transaction.max.timeout.ms',
  'transaction.partition.verification.enable',
  'transaction.remove.expired.transaction.cleanup.interval.ms',
  'transaction.state.log.min.isr',
  'transaction.state.log.num.partitions',
  'transaction.state.log.replication.factor',
  'transaction.state.log.segment.bytes',
  'transactional.id.expiration.ms',
  'unclean.leader.election.enable',
])

/** Configs of topics that are kept and told, and do nothing here: there are neither other brokers nor another tier. */
export const idleTopicKeys: ReadonlySet<string> = new Set([
  'compression.lz4.level',
  'errors.deadletterqueue.group.enable',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'preallocate',
  'remote.copy.lag.bytes',
  'remote.copy.lag.ms',
  'remote.log.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
])

/** Kafka's other keys are about clusters, threads, replicas, security and tiers, of which there are none here. */
export const hasEffect = (key: string): boolean =>
  keysWithEffect.has(key) ||
  keysOfPlaces.has(key) ||
  configKey('odradek', key) !== null ||
  configKey('authorizer', key) !== null

const isIdle: { readonly [S in ConfigScope]?: (name: string) => boolean } = {
  broker: name => !hasEffect(name) && !keysOfListeners.has(name),
  throttle: name => !hasEffect(name),
  topic: name => idleTopicKeys.has(name),
  // They are about groups of kinds that are not served yet.
  group: () => true,
}

/** What DescribeConfigs says of a key; null of one that nobody knows. */
export function documentationOf(scope: ConfigScope, name: string): string | null {
  const about = configKey(scope, name)?.about ?? null
  return about !== null && isIdle[scope]?.(name) ? `${about} Without effect in Odradek.` : about
}
