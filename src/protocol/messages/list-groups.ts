/**
 * ListGroups (16): the groups that this broker coordinates.
 *
 * v1: tells throttleTimeMs.
 * v3: flexible encoding.
 * v4: asks with statesFilter; tells groupState; KIP-518.
 * v5: asks with typesFilter; tells groupType; KIP-848.
 */

import { array, defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const ListGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: '3+',
  request: { statesFilter: array(string(), { versions: '4+' }), typesFilter: array(string(), { versions: '5+' }) },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    groups: array({
      groupId: string({ entity: 'groupId' }),
      protocolType: string(),
      groupState: string({ versions: '4+', ignorable: true }),
      groupType: string({ versions: '5+', ignorable: true }),
    }),
  },
})

export interface ListGroupsRequest extends RequestOf<typeof ListGroups> {}
export interface ListGroupsResponse extends ResponseOf<typeof ListGroups> {}
export interface ListGroupsReply extends ResponseDraft<typeof ListGroups> {}
