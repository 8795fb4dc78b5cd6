/** What every client is asked to do, by one name in all languages. A runner may lack some; the table shows which. */

export interface Scenario {
  readonly name: string
  readonly about: string
  /** After so many seconds without an end the runner is killed and the scenario has failed. */
  readonly limitS: number
}

const scenario = (name: string, about: string, limitS = 30): Scenario => ({ name, about, limitS })

export const scenarios: readonly Scenario[] = [
  scenario('create', 'create a topic with 3 partitions, see it in the metadata'),
  scenario('delete', 'delete a topic, see it gone'),
  scenario('produce-none', '200 records uncompressed, read back and compared'),
  scenario('produce-gzip', '200 records with gzip, read back and compared'),
  scenario('produce-snappy', '200 records with snappy, read back and compared'),
  scenario('produce-lz4', '200 records with lz4, read back and compared'),
  scenario('produce-zstd', '200 records with zstd, read back and compared'),
  scenario('acks-0', '50 records without acknowledgement, all there a moment later'),
  scenario('acks-1', '50 records acknowledged by the leader, with offsets'),
  scenario('acks-all', '50 records acknowledged by all replicas, with offsets'),
  scenario('idempotent', '300 records of an idempotent producer, in order and once'),
  scenario('records', 'keys, headers, empty and null keys and values (tombstones), times: all come back as sent'),
  scenario('consume-start', 'read a partition from its start'),
  scenario('consume-end', 'read a partition from its end: only what comes later'),
  scenario('consume-time', 'look an offset up by time and read from there'),
  scenario('list-offsets', 'first and last offsets of three partitions'),
  scenario('group-commit', 'a group reads, commits with metadata, leaves; another member goes on from there', 60),
  scenario('group-rebalance', 'three members share six partitions; one is killed, the others take over', 90),
  scenario('restart-resume', 'commit, restart the broker, the same client goes on; nothing lost, nothing twice', 120),
  scenario(
    'transactions',
    'read, transform and write in transactions, some aborted, offsets with them; a twin fences',
    90,
  ),
  scenario('message-1mib', 'values of 1 MiB in a topic that allows 2 MiB'),
  scenario('java-partitions', '10,000 keys land on the partitions that the Java client chose', 60),
  scenario('auto-create', 'produce to a topic that does not exist yet'),
  scenario('unknown-topic', "a topic that nobody may create: the client's own unknown-topic error"),
  scenario('too-large', "a record larger than max.message.bytes: the client's own too-large error"),
  scenario('admin-configs', 'alter and read topic configs; an illegal value is refused'),
  scenario('admin-partitions', 'grow a topic from 2 to 5 partitions; shrinking is refused'),
  scenario('admin-groups', 'list, describe, reset and delete a group'),
  scenario('delete-records', 'delete records below an offset; the start moves'),
  scenario('describe-cluster', 'cluster id, controller, nodes'),
  scenario('tool-topics', 'kafka-topics: create, list, describe, alter, delete', 60),
  scenario('tool-configs', 'kafka-configs: alter, describe, delete; a broker default changed at run time', 60),
  scenario('tool-console', 'kafka-console-producer and -consumer with keys, headers and each codec', 120),
  scenario('tool-groups', 'kafka-consumer-groups: list, describe, reset-offsets, delete; kafka-groups', 90),
  scenario('tool-get-offsets', 'kafka-get-offsets: earliest, latest, max timestamp, by time', 60),
  scenario('tool-api-versions', 'kafka-broker-api-versions and kafka-features read what is served', 60),
  scenario('tool-delete-records', 'kafka-delete-records from a file', 60),
  scenario('tool-log-dirs', 'kafka-log-dirs tells sizes of partitions', 60),
  scenario('tool-cluster', 'kafka-cluster tells the cluster id', 60),
  scenario('tool-perf', 'kafka-producer-perf-test and kafka-consumer-perf-test, 20,000 records', 90),
  scenario('tool-verifiable', 'kafka-verifiable-producer and -consumer, 1,000 records', 90),
  scenario('tool-e2e-latency', 'kafka-e2e-latency, 200 round trips', 60),
]

export const scenarioNamed = (name: string): Scenario | undefined => scenarios.find(scenario => scenario.name === name)
