/** DescribeUserScramCredentials (50) tells which users have which SCRAM credentials, and nothing of the secrets (KIP-554). */
import { scramId, scramMechanisms } from '../../metadata/users/scram'
import { errors, Refusal } from '../../protocol/errors'
import { DescribeUserScramCredentials } from '../../protocol/messages/describe-user-scram-credentials'
import { type Broker, defineHandler } from '../broker'

export const describeUserScramCredentials = defineHandler({
  api: DescribeUserScramCredentials,
  serves: '0',
  access: [{ own: 'cluster', may: 'DESCRIBE' }],
  refuseAll: ({ users }, errorCode, errorMessage) => ({
    errorCode,
    errorMessage,
    // Kafka counts them, and leaves out who they are.
    results: (users ?? []).map(() => ({ user: '', errorCode, errorMessage, credentialInfos: [] })),
  }),

  handle(broker, call, { users }) {
    if (!broker.access.isAllowedOnCluster(call, 'DESCRIBE')) throw new Refusal('CLUSTER_AUTHORIZATION_FAILED')
    const asked = users === null || users.length === 0 ? usersOf(broker) : users.map(({ name }) => name)
    const twice = new Set(asked.filter((name, at) => asked.indexOf(name) !== at))
    const results = [...new Set(asked)].map(user => {
      if (twice.has(user)) {
        const says = `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`
        return { user, errorCode: errors.DUPLICATE_RESOURCE.code, errorMessage: says, credentialInfos: [] }
      }
      const credentialInfos = credentialsOf(broker, user)
      if (credentialInfos.length > 0) return { user, errorCode: 0, errorMessage: '', credentialInfos }
      const says = `Attempt to describe a user credential that does not exist: ${user}`
      return { user, errorCode: errors.RESOURCE_NOT_FOUND.code, errorMessage: says, credentialInfos: [] }
    })
    return { errorCode: 0, errorMessage: '', results }
  },
})

function usersOf(broker: Broker): string[] {
  const ids = Array.from(broker.image().table('scram').entries(), ([id]) => id.slice(id.indexOf('/') + 1))
  return [...new Set(ids)].sort()
}

function credentialsOf(broker: Broker, user: string) {
  const table = broker.image().table('scram')
  return scramMechanisms.flatMap(mechanism => {
    const stored = table.get(scramId(mechanism, user))
    return stored ? [{ mechanism: mechanism.number, iterations: stored.iterations }] : []
  })
}
