/** The variables by which programs are usually told where Kafka is. */

const names = ['KAFKA_BROKERS', 'KAFKA_BOOTSTRAP_SERVERS', 'BOOTSTRAP_SERVERS', 'SPRING_KAFKA_BOOTSTRAP_SERVERS']

export const environmentFor = (bootstrapServers: string): Record<string, string> =>
  Object.fromEntries(names.map(name => [name, bootstrapServers]))
