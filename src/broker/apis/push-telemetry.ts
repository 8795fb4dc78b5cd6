/** PushTelemetry (72) takes metrics of a client (KIP-714). */
import { PushTelemetry } from '../../protocol/messages/push-telemetry'
import { defineHandler } from '../broker'

export const pushTelemetry = defineHandler({
  api: PushTelemetry,
  serves: '0',
  access: 'open',

  handle(broker, call, request) {
    broker.telemetry.push(call, request)
    return { errorCode: 0 }
  },
})
