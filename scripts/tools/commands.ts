/** What is asked with the console tools: each a command line as an administrator would type it, in the order of a story. */
import { plainClient, saslSettingsOf, type Settings } from '../judge/security'

export interface ToolCommand {
  readonly tool: string
  readonly args: readonly string[]
}

/** Command lines of one tool. */
export const of = (tool: string, ...lines: string[]): ToolCommand[] =>
  lines.map(line => ({ tool, args: line.split(' ').filter(part => part !== '') }))

/** `{topic}` and the like stand for files, by their names in `files`. */
export const files: Readonly<Record<string, string>> = {
  elect: '{"partitions":[{"topic":"orders","partition":0},{"topic":"nope","partition":0}]}',
  move: '{"version":1,"partitions":[{"topic":"orders","partition":0,"replicas":[1]}]}',
  away: '{"version":1,"partitions":[{"topic":"orders","partition":0,"replicas":[9]}]}',
}

export const commands: readonly ToolCommand[] = [
  ...of(
    'kafka-topics',
    '--create --topic orders --partitions 2',
    '--describe --topic orders',
    '--create --topic orders',
  ),
  ...of(
    'kafka-configs',
    '--alter --entity-type topics --entity-name orders --add-config retention.ms=70000',
    '--describe --entity-type topics --entity-name orders',
    '--alter --entity-type topics --entity-name orders --add-config retention.ms=soon',
    '--alter --entity-type brokers --entity-default --add-config log.cleaner.backoff.ms=16000',
    '--describe --entity-type brokers --entity-default',
    '--alter --entity-type brokers --entity-name 1 --add-config log.cleaner.backoff.ms=17000',
    '--describe --entity-type brokers --entity-name 1',
    '--alter --entity-type users --entity-name ann --add-config producer_byte_rate=1024,consumer_byte_rate=2048',
    '--alter --entity-type users --entity-name ann --entity-type clients --entity-default --add-config request_percentage=20',
    '--alter --entity-type ips --entity-name 10.1.2.3 --add-config connection_creation_rate=5',
    '--describe --entity-type users',
    '--describe --entity-type users --entity-type clients',
    '--describe --entity-type ips',
    '--alter --entity-type users --entity-name ann --add-config nonsense=1',
    '--alter --entity-type users --entity-name bob --add-config SCRAM-SHA-256=[iterations=8192,password=secret]',
    '--describe --entity-type users --entity-name bob',
    '--alter --entity-type users --entity-name bob --delete-config SCRAM-SHA-256',
    '--alter --entity-type groups --entity-name g --add-config consumer.session.timeout.ms=50000',
    '--describe --entity-type groups --entity-name g',
  ),
  ...of(
    'kafka-client-metrics',
    '--alter --name sub --metrics org.apache.kafka. --interval 30000',
    '--list',
    '--describe --name sub',
    '--delete --name sub',
    '--list',
  ),
  ...of('kafka-acls', '--list', '--add --allow-principal User:ann --operation Read --topic orders'),
  ...of(
    'kafka-delegation-tokens',
    '--describe --command-config {empty}',
    '--create --max-life-time-period -1 --command-config {empty}',
  ),
  ...of('kafka-log-dirs', '--describe', '--describe --topic-list orders'),
  ...of(
    'kafka-leader-election',
    '--election-type preferred --topic orders --partition 0',
    '--election-type preferred --all-topic-partitions',
    '--election-type unclean --topic orders --partition 1',
    '--election-type preferred --path-to-json-file {elect}',
  ),
  ...of(
    'kafka-reassign-partitions',
    '--list',
    '--execute --reassignment-json-file {move}',
    '--verify --reassignment-json-file {move}',
    '--execute --reassignment-json-file {away}',
    '--cancel --reassignment-json-file {move}',
  ),
  ...of('kafka-groups', '--list'),
  ...of(
    'kafka-features',
    'describe',
    'upgrade --feature transaction.version=2',
    'downgrade --feature metadata.version=20',
    'upgrade --feature nonsense=1',
  ),
  ...of('kafka-metadata-quorum', 'describe --status', 'describe --replication'),
  ...of('kafka-cluster', 'cluster-id', 'list-endpoints', 'unregister --id 77'),
  ...of('kafka-topics', '--delete --topic orders', '--list'),
]

/** What is asked of brokers that have an authorizer. */
export const securedCommands: readonly ToolCommand[] = of(
  'kafka-acls',
  '--list',
  '--add --allow-principal User:ann --operation Read --topic orders',
  '--list --topic orders',
  '--add --allow-principal User:ann --operation All --topic pay --resource-pattern-type prefixed',
  '--add --deny-principal User:eve --deny-host 10.1.2.3 --operation Write --topic orders',
  '--add --allow-principal User:bob --producer --topic orders --transactional-id tx',
  '--add --allow-principal User:carl --consumer --topic carls --group readers',
  '--add --allow-principal User:ANONYMOUS --operation All --cluster',
  '--add --allow-principal User:dora --operation DescribeTokens --user-principal User:x',
  '--list --topic payments --resource-pattern-type match',
  '--list --principal User:bob',
  '--list --group readers',
  '--list --cluster',
  '--add --allow-principal ann --operation Read --topic orders',
  '--add --allow-principal User:ann --operation Read',
  '--remove --force --topic pay --resource-pattern-type prefixed',
  '--remove --force --allow-principal User:ann --operation Read --topic orders',
  '--list --topic orders --principal User:ann',
  '--remove --force --topic orders --resource-pattern-type match',
  '--list --topic orders',
)

const users = { admin: 'a', ann: 'b' }

/** Of brokers that ask who somebody is, and make tokens for him. */
export const saslSettings: Settings = {
  ...saslSettingsOf({ users, scram: ['SCRAM-SHA-256'] }),
  'delegation.token.secret.key': 'secret',
}

export const clientFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(users).map(([name, password]) => [name, plainClient(name, password)]),
)

/** What is asked of brokers that make tokens. `{hmac}` and `{token}` are of the newest, which is each broker's own. */
export const tokenCommands: readonly ToolCommand[] = [
  ...of(
    'kafka-delegation-tokens',
    '--describe --command-config {ann}',
    '--create --max-life-time-period -1 --renewer-principal User:bob --command-config {ann}',
    '--describe --command-config {ann}',
    '--describe --owner-principal User:bob --command-config {ann}',
    '--renew --renew-time-period 3600000 --hmac {hmac} --command-config {ann}',
    '--renew --renew-time-period -1 --hmac {hmac} --command-config {admin}',
    '--create --max-life-time-period 7200000 --owner-principal User:carl --command-config {admin}',
    '--describe --owner-principal User:carl --command-config {admin}',
    '--create --max-life-time-period -1 --renewer-principal Group:g --command-config {ann}',
    '--create --max-life-time-period -1 --command-config {ann}',
    '--describe --command-config {token}',
  ),
  ...of(
    'kafka-topics',
    '--create --topic by-token --command-config {token}',
    '--describe --topic by-token --command-config {token}',
  ),
  ...of(
    'kafka-delegation-tokens',
    '--expire --expiry-time-period -1 --hmac {hmac} --command-config {ann}',
    '--expire --expiry-time-period -1 --hmac {hmac} --command-config {ann}',
    '--expire --expiry-time-period -1 --hmac bm8= --command-config {ann}',
  ),
  ...of('kafka-topics', '--list --command-config {token}'),
]
