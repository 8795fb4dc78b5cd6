/** DescribeDelegationToken (41) is refused where nobody is authenticated (KIP-48). */
import { DescribeDelegationToken } from '../../protocol/messages/describe-delegation-token'
import { defineHandler } from '../broker'
import { tokensNotAllowed } from '../unsecured'

export const describeDelegationToken = defineHandler({
  api: DescribeDelegationToken,
  serves: '0-3',
  access: 'open',

  handle(_broker, call) {
    return { ...tokensNotAllowed(call), tokens: [] }
  },
})
