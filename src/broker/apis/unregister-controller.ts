/** UnregisterController (94) forgets a controller that is gone for good (KIP-1312). The only one is active. */
import { Refusal } from '../../protocol/errors'
import { UnregisterController } from '../../protocol/messages/unregister-controller'
import { defineHandler } from '../broker'

export const unregisterController = defineHandler({
  api: UnregisterController,
  serves: '0',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],

  handle(broker, _call, { controllerId }) {
    if (controllerId === broker.id) {
      throw new Refusal('INVALID_REQUEST', 'Controller cannot unregister itself while it is active.')
    }
    throw new Refusal('CONTROLLER_ID_NOT_REGISTERED', `Controller ID ${controllerId} is not currently registered.`)
  },
})
