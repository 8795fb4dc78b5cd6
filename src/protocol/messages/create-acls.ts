/**
 * CreateAcls (30): adds access rules.
 *
 * v1: asks with resourcePatternType; KIP-290.
 * v2: flexible encoding.
 * v3: user resources (KIP-373).
 */
import { aclResources } from '../entities'
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

export const CreateAcls = defineApi({
  key: 30,
  name: 'CreateAcls',
  versions: '0-3',
  flexible: '2+',
  request: {
    creations: array({
      resourceType: int8(),
      resourceName: string({ entity: { by: 'resourceType', of: aclResources } }),
      resourcePatternType: int8({ versions: '1+', default: 3 }),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({ errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
  },
})

export interface CreateAclsRequest extends RequestOf<typeof CreateAcls> {}
export interface CreateAclsResponse extends ResponseOf<typeof CreateAcls> {}
export interface CreateAclsReply extends ResponseDraft<typeof CreateAcls> {}
