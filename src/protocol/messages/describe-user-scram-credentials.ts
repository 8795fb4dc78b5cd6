/** DescribeUserScramCredentials (50): SCRAM mechanisms and iterations of users (KIP-554). */

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

export const DescribeUserScramCredentials = defineApi({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexible: '0+',
  request: { users: array({ name: string() }, { nullable: '0+' }) },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: '0+' }),
      credentialInfos: array({ mechanism: int8(), iterations: int32() }),
    }),
  },
})

export interface DescribeUserScramCredentialsRequest extends RequestOf<typeof DescribeUserScramCredentials> {}
export interface DescribeUserScramCredentialsResponse extends ResponseOf<typeof DescribeUserScramCredentials> {}
export interface DescribeUserScramCredentialsReply extends ResponseDraft<typeof DescribeUserScramCredentials> {}
