/** UnregisterBroker (64) forgets a broker that is gone for good. This one is here, so there is none to forget. */
import { Refusal } from '../../protocol/errors'
import { UnregisterBroker } from '../../protocol/messages/unregister-broker'
import { defineHandler } from '../broker'

export const unregisterBroker = defineHandler({
  api: UnregisterBroker,
  serves: '0',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],

  handle(broker, _call, { brokerId }) {
    if (broker.image().broker(brokerId) === null) {
      throw new Refusal('BROKER_ID_NOT_REGISTERED', `Broker ID ${brokerId} is not currently registered`)
    }
    throw new Refusal('INVALID_REQUEST', `Broker ${brokerId} is running: stop it first`)
  },
})
