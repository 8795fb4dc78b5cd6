/** UnregisterController (94): forgets a controller that is gone for good (KIP-1312). */

import { defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const UnregisterController = defineApi({
  key: 94,
  name: 'UnregisterController',
  versions: '0',
  flexible: '0+',
  request: { controllerId: int32() },
  response: { throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) },
})

export interface UnregisterControllerRequest extends RequestOf<typeof UnregisterController> {}
export interface UnregisterControllerResponse extends ResponseOf<typeof UnregisterController> {}
export interface UnregisterControllerReply extends ResponseDraft<typeof UnregisterController> {}
