/** AlterUserScramCredentials (51) sets and removes users' SCRAM credentials (KIP-554). */
import { decideAlterScram } from '../../metadata/users/scram'
import { AlterUserScramCredentials } from '../../protocol/messages/alter-user-scram-credentials'
import { defineHandler } from '../broker'

export const alterUserScramCredentials = defineHandler({
  api: AlterUserScramCredentials,
  serves: '0',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ deletions, upsertions }, errorCode, errorMessage) => {
    const users = new Set([...deletions, ...upsertions].map(({ name }) => name))
    return { results: Array.from(users, user => ({ user, errorCode, errorMessage })) }
  },

  async handle(broker, _call, { deletions, upsertions }) {
    const removed = deletions.map(({ name, mechanism }) => ({ user: name, mechanism }))
    const wanted = upsertions.map(({ name, ...row }) => ({ user: name, ...row }))
    const outcomes = await broker.metadata.decide(context => decideAlterScram(context, removed, wanted))
    return { results: outcomes.map(({ user, outcome }) => ({ user, ...outcome })) }
  },
})
