/**
 * FindCoordinator (10): which broker coordinates a group, a transactional id or a share partition.
 *
 * v1: asks with keyType; tells throttleTimeMs, errorMessage; KIP-98.
 * v3: flexible encoding.
 * v4: asks with coordinatorKeys; tells coordinators; many keys at once (KIP-699).
 * v5: TRANSACTION_ABORTABLE (KIP-890).
 * v6: share coordinators (KIP-932).
 */
import { coordinatorKeys } from '../entities'
import {
  array,
  defineApi,
  int16,
  int32,
  int8,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const FindCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: '3+',
  request: {
    key: string({ versions: '0-3', entity: { by: 'keyType', of: coordinatorKeys } }),
    keyType: int8({ versions: '1+', default: 0 }),
    coordinatorKeys: array(string({ entity: { by: 'keyType', of: coordinatorKeys } }), { versions: '4+' }),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16({ versions: '0-3' }),
    errorMessage: string({ versions: '1-3', nullable: '1-3', ignorable: true }),
    nodeId: int32({ versions: '0-3', entity: 'brokerId' }),
    host: string({ versions: '0-3' }),
    port: int32({ versions: '0-3' }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32({ entity: 'brokerId' }),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: '4+', ignorable: true }),
      },
      { versions: '4+' },
    ),
  },
})

export interface FindCoordinatorRequest extends RequestOf<typeof FindCoordinator> {}
export interface FindCoordinatorResponse extends ResponseOf<typeof FindCoordinator> {}
export interface FindCoordinatorReply extends ResponseDraft<typeof FindCoordinator> {}
