/** Users of SCRAM that a cluster begins with. */
import { pbkdf2Sync } from 'node:crypto'
import type { Metadata } from '../../metadata/metadata'
import { decideAlterScram, kafkaSalt, scramMechanisms } from '../../metadata/users/scram'
import type { Random } from '../../platform/random'
import { errorNameOf } from '../../protocol/errors'
import { BrokerError } from '../contract/commands'
import type { ScramUser } from '../contract/users'

/** The fewest that Kafka takes: tests start many brokers. */
const iterations = 4096
const saltBytes = 17

/** As kafka-configs does: whoever is there already has this password from here on. */
export async function admitScramUsers(metadata: Metadata, random: Random, users: readonly ScramUser[]): Promise<void> {
  if (users.length === 0) return
  // One of each mechanism at a time, since a user cannot be altered twice in one request.
  for (const { name: mechanism, number, hash, bytes } of scramMechanisms) {
    const upsertions = users
      .filter(user => user.mechanism === mechanism)
      .map(({ name, password }) => {
        const salt = kafkaSalt(random.bytes(saltBytes))
        const saltedPassword = pbkdf2Sync(password, salt, iterations, bytes, hash)
        return { user: name, mechanism: number, iterations, salt, saltedPassword }
      })
    const outcomes = await metadata.decide(context => decideAlterScram(context, [], upsertions))
    for (const { user, outcome } of outcomes) {
      if (outcome.errorCode === 0) continue
      throw new BrokerError(`user ${user} was not made: ${outcome.errorMessage ?? ''}`, errorNameOf(outcome.errorCode))
    }
  }
}
