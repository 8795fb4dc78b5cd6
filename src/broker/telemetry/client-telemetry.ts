/** Metrics that clients push: who is asked for which, how often they may, and what is told of what they pushed (KIP-714). */
import type { Call } from '../../call/call'
import type { Clock } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { type Random, uuidHex } from '../../platform/random'
import type { ClientMetricsConfigs } from '../../metadata/config/configs'
import type { MetadataImage } from '../../metadata/image/image'
import { type ErrorName, Refusal } from '../../protocol/errors'
import type { PushTelemetryRequest } from '../../protocol/messages/push-telemetry'
import { compressionNames, decompress } from '../../protocol/records/compression'
import { CorruptRecord } from '../../protocol/records/corrupt'
import { metricsIn } from './otlp'
import { type Subscription, subscriptionOf } from './subscriptions'

export interface TelemetryOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  image(): MetadataImage
  configs(name: string): ClientMetricsConfigs
  /** `telemetry.max.bytes`, of one push as it is sent, and of what it becomes. */
  maxBytes(): number
}

/** What is known of one client. */
interface Instance {
  readonly subscription: Subscription
  /** The configs that its subscription was made from. */
  readonly revision: object
  askedMs: number
  pushedMs: number
  seenMs: number
  lastError: ErrorName
  isTerminating: boolean
}

/** As in Kafka. */
const instancesMax = 16_384
const forgottenMs = 60_000
/** Ids that Kafka gives to nobody: none, the one of the metadata log, and those that stand for a directory. */
const reserved = new Set(Array.from({ length: 100 }, (_, n) => n.toString(16).padStart(32, '0')))

export class ClientTelemetry {
  /** In the order in which they were seen. */
  readonly #instances = new Map<string, Instance>()
  readonly #options: TelemetryOptions
  #revision = { names: '', texts: [] as readonly unknown[] }

  constructor(options: TelemetryOptions) {
    this.#options = options
  }

  /** Throws THROTTLING_QUOTA_EXCEEDED when it comes too early. */
  subscribe(call: Call, asked: string): { readonly instanceId: string; readonly subscription: Subscription } {
    const instanceId = asked === noId ? uuidHex(this.#options.random) : asked
    const instance = this.#instanceOf(call, instanceId)
    const nowMs = this.#options.clock.now()
    const mayRepeat =
      instance.lastError === 'UNKNOWN_SUBSCRIPTION_ID' || instance.lastError === 'UNSUPPORTED_COMPRESSION_TYPE'
    const isDue = nowMs - Math.max(instance.askedMs, instance.pushedMs) >= instance.subscription.intervalMs
    if (isDue) instance.askedMs = nowMs
    else if (!mayRepeat) throw new Refusal('THROTTLING_QUOTA_EXCEEDED')
    instance.lastError = 'NONE'
    return { instanceId, subscription: instance.subscription }
  }

  /** Throws Refusal for a push that does not count. */
  push(call: Call, request: PushTelemetryRequest): void {
    const { clientInstanceId } = request
    if (reserved.has(clientInstanceId)) throw new Refusal('INVALID_REQUEST')
    const instance = this.#instanceOf(call, clientInstanceId)
    try {
      this.#check(instance, request)
      this.#take(call, request)
      instance.lastError = 'NONE'
    } catch (error) {
      if (error instanceof Refusal) instance.lastError = error.error
      throw error
    } finally {
      // By the last push, whatever became of it, as in Kafka.
      instance.isTerminating = request.terminating
    }
  }

  #check(instance: Instance, { subscriptionId, terminating, compressionType, metrics }: PushTelemetryRequest): void {
    if (instance.isTerminating) throw new Refusal('INVALID_REQUEST')
    const nowMs = this.#options.clock.now()
    // The first after it has asked may come at once.
    const isDue =
      instance.askedMs > instance.pushedMs ||
      nowMs - Math.max(instance.askedMs, instance.pushedMs) >= instance.subscription.intervalMs
    if (isDue) instance.pushedMs = nowMs
    else if (!terminating) throw new Refusal('THROTTLING_QUOTA_EXCEEDED')
    if (subscriptionId !== instance.subscription.id) throw new Refusal('UNKNOWN_SUBSCRIPTION_ID')
    if (compressionNames[compressionType] === undefined) throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE')
    if (metrics.length > this.#options.maxBytes()) throw new Refusal('TELEMETRY_TOO_LARGE')
  }

  /** The line is an event for those who embed a broker. */
  #take({ clientId }: Call, { clientInstanceId, compressionType, metrics, terminating }: PushTelemetryRequest): void {
    if (metrics.length === 0) return
    const { logger, maxBytes } = this.#options
    const found = metricsIn(decompressed(compressionType, metrics, maxBytes()))
    logger.info('client.metrics', {
      client: clientId,
      instance: Buffer.from(clientInstanceId, 'hex').toString('base64url'),
      bytes: metrics.length,
      metrics: found?.length ?? 0,
      terminating,
    })
  }

  #instanceOf(call: Call, instanceId: string): Instance {
    const nowMs = this.#options.clock.now()
    const revision = this.#currentRevision()
    let instance = this.#instances.get(instanceId)
    if (instance && nowMs - instance.seenMs > Math.max(forgottenMs, 3 * instance.subscription.intervalMs)) {
      instance = undefined
    }
    this.#instances.delete(instanceId)
    if (!instance || instance.revision !== revision) {
      const { clientId, connection } = call
      const subscription = subscriptionOf({ instanceId, clientId, connection }, this.#configs())
      const [askedMs, pushedMs, isTerminating] = [-Infinity, -Infinity, false]
      instance = { subscription, revision, askedMs, pushedMs, seenMs: nowMs, lastError: 'NONE', isTerminating }
    }
    instance.seenMs = nowMs
    this.#instances.set(instanceId, instance)
    if (this.#instances.size > instancesMax) this.#instances.delete(this.#instances.keys().next().value!)
    return instance
  }

  #configs(): ClientMetricsConfigs[] {
    return this.#options
      .image()
      .overridden('clientMetrics')
      .map(name => this.#options.configs(name))
  }

  /** One object for as long as no resource of clients' metrics changes: after a change, everybody's count begins anew. */
  #currentRevision(): object {
    const image = this.#options.image()
    const names = [...image.overridden('clientMetrics')]
    const texts = names.map(name => image.overrides('clientMetrics', name))
    const known = this.#revision
    const isSame = known.names === names.join() && known.texts.every((text, at) => text === texts[at])
    if (!isSame) this.#revision = { names: names.join(), texts }
    return this.#revision
  }
}

const noId = '0'.repeat(32)

/** Throws INVALID_RECORD for bytes that cannot be decompressed, or would become too many. */
function decompressed(compressionType: number, metrics: Buffer, maxBytes: number): Buffer {
  try {
    return decompress(compressionType, metrics, maxBytes)
  } catch (error) {
    if (error instanceof CorruptRecord) throw new Refusal('INVALID_RECORD')
    throw error
  }
}
