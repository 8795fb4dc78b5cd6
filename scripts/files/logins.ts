/** Who of those that a Kafka knows comes in: users of SCRAM and who has a delegation token, by clients of other people. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { toolCommand } from '../judge/kafka'
import { run, temporaryDir } from '../judge/process'
import { scramClient, tokenClient } from '../judge/security'
import { scramUsers } from '../oracle/talk'

type Mechanism = 'scram-sha-256' | 'scram-sha-512'

async function byKafkajs(port: number, mechanism: Mechanism, username: string, password: string): Promise<string> {
  const admin = new Kafka({
    clientId: 'files',
    brokers: [`127.0.0.1:${port}`],
    sasl: { mechanism, username, password } as never,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  }).admin()
  try {
    await admin.connect()
    await admin.listTopics()
    return 'in'
  } catch (error) {
    // It asks again on a connection that is about to be closed, so that what it says depends on the moment.
    if (!/SASL|authenticat|closed/i.test((error as Error).message)) throw error
    return 'not in'
  } finally {
    await admin.disconnect()
  }
}

async function byJava(port: number, config: string): Promise<string> {
  const dir = temporaryDir('judge-login-')
  try {
    const file = path.join(dir, 'client.properties')
    writeFileSync(file, config)
    const asked = ['--bootstrap-server', `127.0.0.1:${port}`, '--list', '--command-config', file]
    const { code, stdout, stderr } = await run('java', toolCommand('kafka-topics', asked), { timeoutMs: 60_000 })
    if (code === 0) return 'in'
    const said = stdout + stderr
    if (!said.includes('SaslAuthenticationException')) throw new Error(said.slice(-2000))
    return 'not in'
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What becomes of each who wants to come in, with the right password and with another. */
export async function loginsOf(port: number, token: { readonly id: string; readonly hmac: string }): Promise<string[]> {
  const says: string[] = []
  for (const [name, password] of Object.entries(scramUsers)) {
    for (const mechanism of ['scram-sha-256', 'scram-sha-512'] as const) {
      says.push(`kafkajs as ${name} by ${mechanism}: ${await byKafkajs(port, mechanism, name, password)}`)
      says.push(`with another password: ${await byKafkajs(port, mechanism, name, `${password}!`)}`)
    }
  }
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    says.push(`Java as sue by ${mechanism}: ${await byJava(port, scramClient(mechanism, 'sue', scramUsers.sue))}`)
  }
  says.push(`Java with a token: ${await byJava(port, tokenClient(token.id, token.hmac))}`)
  says.push(`with another: ${await byJava(port, tokenClient(token.id, `${token.hmac}!`))}`)
  return says
}
