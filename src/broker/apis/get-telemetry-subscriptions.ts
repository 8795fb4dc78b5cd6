/** GetTelemetrySubscriptions (71) tells a client which of its metrics to push, and how often (KIP-714). */
import { compressionOf } from '../../protocol/records/compression'
import { GetTelemetrySubscriptions } from '../../protocol/messages/get-telemetry-subscriptions'
import { defineHandler } from '../broker'

/** What a client should prefer stands first. */
const accepted = (['zstd', 'lz4', 'gzip', 'snappy'] as const).map(compressionOf)

export const getTelemetrySubscriptions = defineHandler({
  api: GetTelemetrySubscriptions,
  serves: '0',
  access: 'open',
  refuseAll: (_request, errorCode) => ({
    errorCode,
    clientInstanceId: '0'.repeat(32),
    subscriptionId: 0,
    acceptedCompressionTypes: [],
    pushIntervalMs: 0,
    telemetryMaxBytes: 0,
    deltaTemporality: false,
    requestedMetrics: [],
  }),

  handle(broker, call, { clientInstanceId }) {
    const { instanceId, subscription } = broker.telemetry.subscribe(call, clientInstanceId)
    return {
      errorCode: 0,
      clientInstanceId: instanceId,
      subscriptionId: subscription.id,
      acceptedCompressionTypes: accepted,
      pushIntervalMs: subscription.intervalMs,
      telemetryMaxBytes: broker.configs.broker().telemetryMaxBytes,
      deltaTemporality: true,
      requestedMetrics: subscription.metrics,
    }
  },
})
